select
    items.order_item_key,
    orders.order_id,
    items.line_no,
    orders.account_id,
    orders.order_status,
    items.sku,
    parts.category as part_category,
    items.quantity,
    items.unit_price,
    items.quantity * items.unit_price as line_net,
    orders.order_total,
    orders.net_total as order_net_total,
    orders.shipping_fee,
    orders.ordered_at
from {{ ref('stg_shop__order_items') }} as items
inner join {{ ref('stg_shop__orders') }} as orders on items.order_id = orders.order_id
left join {{ ref('parts') }} as parts on items.sku = parts.sku
