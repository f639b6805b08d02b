{{ config(materialized='incremental', unique_key='rental_id') }}

with rentals as (
    select * from {{ ref('stg_app__rentals') }}
    {% if is_incremental() %}
    where started_at > (select max(started_at) from {{ this }})
    {% endif %}
),

stations as (
    select * from {{ ref('stg_app__stations') }}
)

select
    rental_id,
    user_id,
    bike_id,
    started_at,
    cast(fee * 100 as integer) as fee_cents
from rentals
