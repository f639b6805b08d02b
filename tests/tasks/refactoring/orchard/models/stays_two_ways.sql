{{ config(materialized='incremental') }}

with unread as (
    select * from {{ ref('varieties') }}
),

crates as (
    select * from {{ ref('crates') }}
)

{% if is_incremental() %}
select crate_id, 'new' as batch from crates
where crate_id > (select max(crate_id) from {{ this }})
{% else %}
select crate_id, 'first' as batch from crates
{% endif %}
