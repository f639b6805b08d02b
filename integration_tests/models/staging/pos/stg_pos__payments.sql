select
    payment_id,
    ticket_no,
    amount,
    method as payment_method,
    paid_at
from {{ source('pos', 'payments') }}
