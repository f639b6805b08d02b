{{ config(materialized='incremental', unique_key='crate_id') }}

with crates as (
    select * from {{ ref('crates') }}
),

returns as (
    select * from {{ ref('returns') }}
)

select
    crate_id,
    picked_on,
    weight_kg
from crates
{% if is_incremental() %}
where picked_on > (select max(picked_on) from {{ this }})
{% endif %}
