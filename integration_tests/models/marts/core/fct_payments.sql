select
    source_system || '-' || payment_id as payment_key,
    source_system,
    payment_id,
    reference,
    case source_system when 'workshop' then amount / 100 else amount end as amount,
    amount as raw_amount,
    payment_method,
    is_refunded,
    paid_at
from {{ ref('int_payments__unioned') }}
