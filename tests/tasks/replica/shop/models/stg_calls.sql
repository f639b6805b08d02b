{{ config(materialized='view') }}
select call_id, ship as ship_id, quay, minutes, paid_cents, arrived from {{ source('raw', 'calls') }}
