select payment_id, invoice as invoice_no, kind as payment_method, {{ cents('amount_cents') }} as amount, booked_at, loaded_at
from {{ ref('raw_payment_loads') }}
where not failed
qualify row_number() over (partition by payment_id order by loaded_at desc) = 1
