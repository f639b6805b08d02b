-- before: in a CTE
{# dbt_utils #}
with moved as (
    select * from {{ ref('crates') }}
    union all
    select * from {{ ref('crates') }}
)

select crate_id, kg from moved

-- after
{# dbt_utils #}
with moved as (
    {{ dbt_utils.union_relations(relations=[ref('crates'), ref('crates')], source_column_name=none) }}
)

select crate_id, kg from moved

-- before: the final query, of many relations
{# dbt_utils #}
select * from {{ ref('crates') }}
union all
select * from {{ ref('crates') }}
union all
select *
from {{ ref('crates') }}
union all
select *
from {{ ref('crates') }}
union all
select *
from {{ ref('crates') }}

-- after
{# dbt_utils #}
{{ dbt_utils.union_relations(
    relations=[
        ref('crates'),
        ref('crates'),
        ref('crates'),
        ref('crates'),
        ref('crates')
    ],
    source_column_name=none
) }}

-- before: a comment would be lost
{# dbt_utils #}
select * from {{ ref('crates') }}
union all
-- those of last year
select * from {{ ref('crates') }}

-- left: comment-in-the-way

-- before: the package is not installed
select * from {{ ref('crates') }}
union all
select * from {{ ref('crates') }}

-- stays

-- before: repetitions go, rows go, a CTE is read, not all columns
{# dbt_utils #}
with imported as (select * from {{ ref('crates') }}),
one as (
    select * from {{ ref('crates') }}
    union
    select * from {{ ref('crates') }}
),
other as (
    select * from {{ ref('crates') }} where kg > 3
    union all
    select * from {{ ref('crates') }}
),
third as (
    select * from imported
    union all
    select * from imported
),
fourth as (
    select kg from {{ ref('crates') }}
    union all
    select kg from {{ ref('crates') }}
)

select one.kg from one, other, third, fourth

-- stays
