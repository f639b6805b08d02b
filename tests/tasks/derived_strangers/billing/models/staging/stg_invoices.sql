select number as invoice_no, subscription_id, issued::date as issued_on, {{ cents('amount_cents') }} as amount, state as invoice_state
from {{ ref('raw_invoices') }}
where state <> 'void'
