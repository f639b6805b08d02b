-- before: there is no CTE yet
{{ config(materialized='view') }}

select sums.picker_id, sums.kg
from (
    select
        picker_id,
        sum(kg) as kg
    from {{ ref('crates') }}
    group by picker_id
) as sums
where sums.kg > 10

-- after
{{ config(materialized='view') }}

with sums as (
    select
        picker_id,
        sum(kg) as kg
    from {{ ref('crates') }}
    group by picker_id
)

select sums.picker_id, sums.kg
from sums
where sums.kg > 10

-- before: after the others, in their style
with pickers as (
    select * from {{ ref('pickers') }}
)

, crates as (
    select * from {{ ref('crates') }}
)

select pickers.name, heavy.crate_id
from pickers
inner join (
    -- more than one can carry
    select picker_id, crate_id
    from crates
    where kg > 40
) heavy
    on heavy.picker_id = pickers.picker_id

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

, crates as (
    select * from {{ ref('crates') }}
)

, heavy as (
    -- more than one can carry
    select picker_id, crate_id
    from crates
    where kg > 40
)

select pickers.name, heavy.crate_id
from pickers
inner join heavy
    on heavy.picker_id = pickers.picker_id

-- before: just before the CTE that reads it
with crates as (
    select * from {{ ref('crates') }}
),

-- how much each carried
carried as (
    select days.picker_id, max(days.kg) as kg
    from (
        select picker_id, day, sum(kg) as kg
        from crates
        group by picker_id, day
    ) as days
    group by days.picker_id
)

select picker_id, kg from carried

-- after
with crates as (
    select * from {{ ref('crates') }}
),

days as (
    select picker_id, day, sum(kg) as kg
    from crates
    group by picker_id, day
),

-- how much each carried
carried as (
    select days.picker_id, max(days.kg) as kg
    from days
    group by days.picker_id
)

select picker_id, kg from carried

-- before: an alias that says nothing
select sub.picker_id
from (
    select
        picker_id
    from {{ ref('crates') }}
) as sub

-- stays

-- before: short enough to be read where it is
select days.picker_id
from (select picker_id from {{ ref('crates') }}) as days

-- stays

-- before: the name is taken
with heavy as (
    select * from {{ ref('pickers') }}
)

select heavy.picker_id
from (
    select
        picker_id
    from {{ ref('crates') }}
) as heavy
where heavy.picker_id in (select picker_id from heavy)

-- stays

-- before: under a condition of Jinja
select crates.crate_id
from {{ ref('crates') }} as crates
{% if var('strict', true) %}
inner join (
    select
        picker_id
    from {{ ref('pickers') }}
) as known on known.picker_id = crates.picker_id
{% endif %}

-- left: jinja-in-the-way

-- before: a string of several lines
select notes.note
from (
    select
        note || '
' as note
    from {{ ref('crates') }}
) as notes

-- left: unusual-layout

-- before: a quoted name
select "Heavy".picker_id
from (
    select
        picker_id
    from {{ ref('crates') }}
) as "Heavy"

-- stays
