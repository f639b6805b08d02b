-- before: on a line of its own, beside another column
with crates as (
    select * from {{ ref('crates') }}
)

select
    *,
    row_number() over (partition by picker_id order by day, crate_id) as crate_number
from crates

-- after
with crates as (
    select * from {{ ref('crates') }}
)

select
    crate_id,
    picker_id,
    kg,
    day,
    note,
    row_number() over (partition by picker_id order by day, crate_id) as crate_number
from crates

-- before: behind a final query that hands on; of one table, with commas before
with pickers as (
    select * from {{ ref('pickers') }}
)

, joined as (
    select
        crates.crate_id
        , pickers.*
    from {{ ref('crates') }} as crates
    inner join pickers on pickers.picker_id = crates.picker_id
)

select * from joined

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

, joined as (
    select
        crates.crate_id
        , pickers.picker_id
        , pickers.name
        , pickers.team
    from {{ ref('crates') }} as crates
    inner join pickers on pickers.picker_id = crates.picker_id
)

select * from joined

-- before: on the line of SELECT
SELECT p.*, s.hours, s.day
FROM {{ ref('shifts') }} AS s
INNER JOIN {{ ref('pickers') }} AS p ON p.picker_id = s.picker_id

-- after
SELECT
    p.picker_id,
    p.name,
    p.team,
    s.hours,
    s.day
FROM {{ ref('shifts') }} AS s
INNER JOIN {{ ref('pickers') }} AS p ON p.picker_id = s.picker_id

-- before: all on one line
select * from {{ ref('pickers') }} where team = 'a'

-- after
select
    picker_id,
    name,
    team
from {{ ref('pickers') }} where team = 'a'

-- before: a CTE on one line
with heavy as (select * from {{ ref('returns') }} where kg > 3)

select * from heavy

-- after
with heavy as (
    select
        return_id,
        crate_id,
        kg,
        day
    from {{ ref('returns') }} where kg > 3
)

select * from heavy

-- before: of all tables
select
    *
from {{ ref('pickers') }} as pickers
cross join (select max(hours) as most_hours from {{ ref('shifts') }}) as longest

-- after
select
    pickers.picker_id,
    pickers.name,
    pickers.team,
    longest.most_hours
from {{ ref('pickers') }} as pickers
cross join (select max(hours) as most_hours from {{ ref('shifts') }}) as longest

-- before: it hands on a relation
with crates as (
    select * from {{ ref('crates') }}
)

select * from crates

-- stays

-- before: two columns of one name
select *
from {{ ref('shifts') }} as shifts
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = shifts.picker_id

-- stays

-- before: a join by name
select *
from {{ ref('shifts') }} as shifts
inner join {{ ref('pickers') }} as pickers using (picker_id)

-- stays

-- before: without some columns
select * exclude (note) from {{ ref('crates') }} where kg > 10

-- stays

-- before: columns that are not known
select * from {{ ref('somewhere') }} where kg > 10

-- stays

-- before: in the middle of a line
with heavy as (select day from {{ ref('crates') }}
    union all select day from {{ ref('returns') }})

select
    1 as one, *
from heavy

-- left: unusual-layout
