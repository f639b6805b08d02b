-- before: all but one
{# dbt_utils #}
with weighed as (
    select
        crate_id,
        scale,
        gross,
        net,
        tare,
        moisture,
        operator,
        weighed_on
    from {{ ref('weights') }}
)

select crate_id, net from weighed

-- after
{# dbt_utils #}
with weighed as (
    select
        {{ dbt_utils.star(from=ref('weights'), except=['note']) }}
    from {{ ref('weights') }}
)

select crate_id, net from weighed

-- before: a comment would be lost
{# dbt_utils #}
select
    crate_id,
    scale,
    gross,
    net, -- without the crate
    tare,
    moisture,
    operator,
    weighed_on
from {{ ref('weights') }}

-- left: comment-in-the-way

-- before: the package is not installed
select
    crate_id, scale, gross, net, tare, moisture, operator, weighed_on
from {{ ref('weights') }}

-- stays

-- before: another order
{# dbt_utils #}
select
    scale, crate_id, gross, net, tare, moisture, operator, weighed_on
from {{ ref('weights') }}

-- stays

-- before: all of them, a name of its own, few of them
{# dbt_utils #}
with one as (
    select crate_id, scale, gross, net, tare, moisture, operator, weighed_on, note from {{ ref('weights') }}
),
other as (
    select crate_id, scale, gross, net, tare, moisture, operator, weighed_on as day from {{ ref('weights') }}
),
third as (
    select crate_id, picker_id, kg from {{ ref('crates') }}
)
select one.net from one, other, third

-- stays
