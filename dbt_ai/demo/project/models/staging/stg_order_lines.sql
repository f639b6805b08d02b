select
    id as order_line_id,
    order_id,
    product,
    quantity,
    unit_price_cents / 100 as unit_price,
    quantity * unit_price_cents / 100 as line_total
from {{ ref('raw_order_lines') }}
