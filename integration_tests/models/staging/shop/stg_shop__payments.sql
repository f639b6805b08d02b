select
    payment_id,
    order_id,
    amount,
    method as payment_method,
    refunded = 'true' as is_refunded,
    paid_at
from {{ source('shop', 'payments') }}
