{{ config(materialized='ephemeral') }}
select ship_id, minutes from {{ ref('stg_calls') }} where minutes > 100
