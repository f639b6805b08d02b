{{ config(materialized='ephemeral') }}
select trip_id, boat_id, hours, {{ euros('fee_cents') }} as fee, state, left_at
from {{ ref('raw_trips') }}
