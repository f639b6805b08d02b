-- before: read in different SELECTs
with heavy as (
    select picker_id, kg
    from {{ ref('crates') }}
    where kg > 10
),

counted as (
    select picker_id, count(*) as crates from heavy group by picker_id
),

big as (
    SELECT picker_id,   kg
    from {{ ref('crates') }}
    where kg > 10
),

summed as (
    select picker_id, sum(big.kg) as kg from big group by picker_id
)

select counted.crates, summed.kg
from counted
inner join summed using (picker_id)

-- after
with heavy as (
    select picker_id, kg
    from {{ ref('crates') }}
    where kg > 10
),

counted as (
    select picker_id, count(*) as crates from heavy group by picker_id
),

summed as (
    select picker_id, sum(big.kg) as kg from heavy as big group by picker_id
)

select counted.crates, summed.kg
from counted
inner join summed using (picker_id)

-- before: without its name
with heavy as (
    select crate_id, kg from {{ ref('crates') }} where kg > 10
),

big as (
    select crate_id, kg from {{ ref('crates') }} where kg > 10
)

select crate_id from heavy
union all
select kg from big

-- after
with heavy as (
    select crate_id, kg from {{ ref('crates') }} where kg > 10
)

select crate_id from heavy
union all
select kg from heavy

-- before: one SELECT reads both, and the names say which part each plays
with first_days as (
    select picker_id, min(day) as day from {{ ref('crates') }} group by picker_id
),

earliest as (
    select picker_id, min(day) as day from {{ ref('crates') }} group by picker_id
)

select first_days.picker_id, earliest.day
from first_days
inner join earliest on earliest.picker_id = first_days.picker_id

-- stays

-- before: imports of one relation under two names
with employees as (
    select * from {{ ref('pickers') }}
),

managers as (
    select * from {{ ref('pickers') }}
)

select name from employees
union all
select team from managers

-- stays

-- before: other Jinja
with some as (
    select kg from {{ ref('crates') }} where kg > 1
),

others as (
    select kg from {{ ref('returns') }} where kg > 1
)

select kg from some
union all
select kg from others

-- stays

-- before: strings that differ in case
with some as (
    select day from {{ ref('events') }} where kind = 'A'
),

others as (
    select day from {{ ref('events') }} where kind = 'a'
)

select day from some
union all
select day from others

-- stays

-- before: any three rows
with some as (
    select day from {{ ref('events') }} limit 3
),

others as (
    select day from {{ ref('events') }} limit 3
)

select day from some
union all
select day from others

-- stays

-- before: quoted names
with "Some" as (
    select kg from {{ ref('crates') }} where kg > 1
),

"Others" as (
    select kg from {{ ref('crates') }} where kg > 1
)

select kg from "Some"
union all
select kg from "Others"

-- stays
