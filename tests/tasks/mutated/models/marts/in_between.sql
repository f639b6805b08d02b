{{ config(materialized='ephemeral') }}
select order_id, year(ordered_on) as order_year from {{ ref('stg_orders') }} where order_state = 'collected'
