-- before: a range
{# dbt_utils #}
with days as (
    select cast(unnest(range(date '2024-01-01', date '2024-03-01', interval 1 day)) as date) as day
)

select days.day, sum(c.kg) as kg
from days
left join {{ ref('crates') }} as c on c.day = days.day
group by days.day

-- after
{# dbt_utils #}
with days as (
    select cast(date_day as date) as day
    from ({{ dbt_utils.date_spine('day', "cast('2024-01-01' as date)", "cast('2024-03-01' as date)") }}) as spine
)

select days.day, sum(c.kg) as kg
from days
left join {{ ref('crates') }} as c on c.day = days.day
group by days.day

-- before: recursion
{# dbt_utils #}
with recursive months as (
    select date '2024-01-01' as first_day
    union all
    select cast(first_day + interval 1 month as date) from months where first_day < date '2024-12-01'
),
heavy as (select * from {{ ref('crates') }} where kg > 3)

select months.first_day, heavy.kg
from months
inner join heavy on date_trunc('month', heavy.day) = months.first_day

-- after
{# dbt_utils #}
with months as (
    select cast(date_month as date) as first_day
    from ({{ dbt_utils.date_spine('month', "cast('2024-01-01' as date)", "cast('2025-01-01' as date)") }}) as spine
),
heavy as (select * from {{ ref('crates') }} where kg > 3)

select months.first_day, heavy.kg
from months
inner join heavy on date_trunc('month', heavy.day) = months.first_day

-- before: the whole model
{# dbt_utils #}
select hour
from generate_series(timestamp '2024-01-01 00:00:00', timestamp '2024-01-31 23:00:00', interval 1 hour) as hours (hour)

-- after
{# dbt_utils #}
select cast(date_hour as timestamp) as hour
from ({{ dbt_utils.date_spine('hour', "cast('2024-01-01 00:00:00' as timestamp)", "cast('2024-02-01 00:00:00' as timestamp)") }}) as spine

-- before: a comment would be lost
{# dbt_utils #}
with days as (
    -- the season
    select unnest(range(date '2024-01-01', date '2024-03-01', interval 1 day)) as day
)

select day from days

-- left: comment-in-the-way

-- before: the package is not installed
with days as (
    select unnest(range(date '2024-01-01', date '2024-03-01', interval 1 day)) as day
)

select day from days

-- stays

-- before: days are missing, today, a table, two columns, Jinja, numbers
{# dbt_utils #}
with one as (
    select unnest([date '2024-01-01', date '2024-01-02', date '2024-01-04']) as day
),
other as (
    select unnest(range(date '2024-01-01', current_date, interval 1 day)) as day
),
third as (
    select distinct day from {{ ref('crates') }}
),
fourth as (
    select day, day as again from range(date '2024-01-01', date '2024-03-01', interval 1 day) as days (day)
),
fifth as (
    select unnest(range(date '{{ '2024-01-01' }}', date '2024-03-01', interval 1 day)) as day
),
sixth as (
    select unnest(range(10)) as day
)

select one.day from one, other, third, fourth, fifth, sixth

-- stays
