select
    line_id,
    ticket_no,
    sku, -- unique per ticket
    qty as quantity,
    unit_price,
    vat_pct,
    qty * unit_price as line_net,
    cast(round(qty * unit_price * (1 + vat_pct)) as integer) as line_gross
from {{ source('pos', 'ticket_lines') }}
