select
    ticket_no,
    bike_id,
    account_id,
    ticket_state,
    amount,
    opened_at,
    closed_at,
    synced_at
from {{ ref('stg_pos__tickets') }}
qualify row_number() over (partition by ticket_no order by synced_at desc) = 1
