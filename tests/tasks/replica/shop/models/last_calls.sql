select distinct on (ship_id) ship_id, call_id, arrived from {{ ref('stg_calls') }} order by ship_id, arrived desc, call_id
