with tickets as (

    select * from {{ source('pos', 'tickets') }}

)

select
    ticket_no,
    bike_id,
    cast(replace(customer_ref, 'ACC-', '') as integer) as account_id,
    state as ticket_state,
    total_amount,
    amount, -- amount in cents
    labour_minutes,
    warranty = '1' as is_warranty,
    opened_at,
    closed_at,
    synced_at
from tickets
