select
    md5(cast(order_id as varchar) || '-' || cast(line_no as varchar)) as order_item_key,
    order_id,
    line_no,
    -- unique per order
    sku,
    quantity,
    unit_price
from {{ source('shop', 'order_items') }}
