-- before: a join
with crates as (
    select * from {{ ref('crates') }}
),

pickers as (
    select * from {{ ref('pickers') }}
)

select
    crates.crate_id,
    pickers.name

from crates

left join pickers
    on pickers.picker_id = crates.picker_id
where crates.kg > 10

-- after
with crates as (
    select * from {{ ref('crates') }}
),

pickers as (
    select * from {{ ref('pickers') }}
),

final as (
    select
        crates.crate_id,
        pickers.name

    from crates

    left join pickers
        on pickers.picker_id = crates.picker_id
    where crates.kg > 10
)

select * from final

-- before: in capitals, with blank lines, a comment above it and one at its end
WITH crates AS (

    SELECT * FROM {{ ref('crates') }}

)

-- a row for each day
SELECT
    day,
    sum(kg) AS kg
FROM crates
GROUP BY day -- of picking

-- after
WITH crates AS (

    SELECT * FROM {{ ref('crates') }}

),

-- a row for each day
final AS (

    SELECT
        day,
        sum(kg) AS kg
    FROM crates
    GROUP BY day -- of picking

)

SELECT * FROM final

-- before: commas before
with crates as (
    select * from {{ ref('crates') }}
)

, heavy as (
    select * from crates where kg > 10
)

-- the heavy ones by day
select day, count(*) as crates_of_day
from heavy
group by day

-- after
with crates as (
    select * from {{ ref('crates') }}
)

, heavy as (
    select * from crates where kg > 10
)

-- the heavy ones by day
, final as (
    select day, count(*) as crates_of_day
    from heavy
    group by day
)

select * from final

-- before: on the line on which the one before ends; Jinja in it and behind it
with crates as (

    select *
    from {{ ref('crates') }}

), heavy as (

    select *
    from crates
    where kg > 10

)

select
    crate_id,
    {% if var('with_day', true) %}
    day,
    {% endif %}
    kg * 2 as double_kg
from heavy
{% if is_incremental() %}
where kg > 3
{% endif %}

-- after
with crates as (

    select *
    from {{ ref('crates') }}

), heavy as (

    select *
    from crates
    where kg > 10

), final as (

    select
        crate_id,
        {% if var('with_day', true) %}
        day,
        {% endif %}
        kg * 2 as double_kg
    from heavy
    {% if is_incremental() %}
    where kg > 3
    {% endif %}

)

select * from final

-- before: a union
with crates as (
    select crate_id, kg from {{ ref('crates') }}
),

returns as (
    select return_id, kg from {{ ref('returns') }}
)

select * from crates
union all
select * from returns

-- after
with crates as (
    select crate_id, kg from {{ ref('crates') }}
),

returns as (
    select return_id, kg from {{ ref('returns') }}
),

final as (
    select * from crates
    union all
    select * from returns
)

select * from final

-- before: it hands on
with heavy as (
    select * from {{ ref('crates') }} where kg > 10
)

select * from heavy

-- stays

-- before: it takes columns of one CTE
with heavy as (
    select * from {{ ref('crates') }} where kg > 10
)

select
    crate_id,
    kg
from heavy

-- stays

-- before: no CTE stands before it
select crate_id, kg * 2 as double_kg from {{ ref('crates') }}

-- stays

-- before: its rows are ordered
with crates as (
    select * from {{ ref('crates') }}
)

select crate_id, kg * 2 as double_kg
from crates
order by kg

-- stays

-- before: the name is taken
with final as (
    select * from {{ ref('crates') }}
)

select crate_id, kg * 2 as double_kg from final

-- stays

-- before: a string of several lines
with crates as (
    select * from {{ ref('crates') }}
)

select crate_id, 'one
two' as note
from crates

-- left: unusual-layout

-- before: a condition above it
with crates as (
    select * from {{ ref('crates') }}
)

{% if var('by_day', true) %}
select day, sum(kg) as kg from crates group by day
{% else %}
select crate_id, sum(kg) as kg from crates group by crate_id
{% endif %}

-- left: jinja-in-the-way
