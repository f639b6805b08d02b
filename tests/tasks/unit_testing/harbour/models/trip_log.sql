{{ config(materialized='incremental', unique_key='trip_id') }}
select trip_id, boat_id, left_at
from {{ ref('raw_trips') }}
{% if is_incremental() %}
where left_at > (select max(left_at) from {{ this }})
{% endif %}
