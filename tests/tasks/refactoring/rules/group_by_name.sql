-- before: columns of tables
select
    crates.picker_id,
    shifts.day as shift_day,
    sum(kg) as kg
from {{ ref('crates') }} as crates
inner join {{ ref('shifts') }} as shifts on shifts.day = crates.day
group by 1,2
having sum(kg) > 3

-- after
select
    crates.picker_id,
    shifts.day as shift_day,
    sum(kg) as kg
from {{ ref('crates') }} as crates
inner join {{ ref('shifts') }} as shifts on shifts.day = crates.day
group by crates.picker_id, shifts.day
having sum(kg) > 3

-- before: an expression by its alias
SELECT
    date_trunc('month', day) AS month,
    note,
    count(*) AS crates_of_month
FROM {{ ref('crates') }}
GROUP BY 2, 1

-- after
SELECT
    date_trunc('month', day) AS month,
    note,
    count(*) AS crates_of_month
FROM {{ ref('crates') }}
GROUP BY note, month

-- before: a line for each
with days as (
    select day, team, count(*) as pickers_of_day
    from {{ ref('shifts') }}
    inner join {{ ref('pickers') }} as pickers using (picker_id)
    group by
        1,
        team
)

select * from days

-- after
with days as (
    select day, team, count(*) as pickers_of_day
    from {{ ref('shifts') }}
    inner join {{ ref('pickers') }} as pickers using (picker_id)
    group by
        day,
        team
)

select * from days

-- before: too long for one line
select
    shifts.day, shifts.picker_id, shifts.hours, pickers.name, pickers.team, crates.crate_id, crates.note, count(*) as n
from {{ ref('shifts') }} as shifts
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = shifts.picker_id
inner join {{ ref('crates') }} as crates on crates.picker_id = shifts.picker_id
group by 1, 2, 3, 4, 5, 6, 7

-- after
select
    shifts.day, shifts.picker_id, shifts.hours, pickers.name, pickers.team, crates.crate_id, crates.note, count(*) as n
from {{ ref('shifts') }} as shifts
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = shifts.picker_id
inner join {{ ref('crates') }} as crates on crates.picker_id = shifts.picker_id
group by
    shifts.day,
    shifts.picker_id,
    shifts.hours,
    pickers.name,
    pickers.team,
    crates.crate_id,
    crates.note

-- before: the alias is a column that is read
select
    date_trunc('month', day) as day,
    count(*) as crates_of_month
from {{ ref('crates') }}
group by 1

-- stays

-- before: an expression without a name
select kg + 1, count(*) as n
from {{ ref('crates') }}
group by 1

-- stays

-- before: Jinja may make several columns
select
    {% for name in ['day', 'note'] %}{{ name }},{% endfor %}
    picker_id,
    count(*) as n
from {{ ref('crates') }}
group by 1, 2, 3

-- stays

-- before: a comment says what is counted
select day, note, count(*) as n
from {{ ref('crates') }}
group by
    1, -- day
    2

-- left: comment-in-the-way

-- before: names already
select day, count(*) as n from {{ ref('crates') }} group by day

-- stays

-- before: all, and rollups
select day, count(*) as n from {{ ref('crates') }} group by rollup (1)

-- stays

-- before: all on the line below
select
    day,
    picker_id,
    count(*) as n
from {{ ref('crates') }}
group by
    1,2

-- after
select
    day,
    picker_id,
    count(*) as n
from {{ ref('crates') }}
group by
    day, picker_id
