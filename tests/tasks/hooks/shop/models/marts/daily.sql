{{ config(materialized='table') }}

select
    status,
    count(*) as order_count,
    sum(amount) as amount
from {{ ref('stg_orders') }}
group by status
