{{ config(materialized='incremental', unique_key='call_id') }}
select call_id, quay from {{ ref('stg_calls') }}
{% if is_incremental() %} where call_id > (select max(call_id) from {{ this }}) {% endif %}
