select
    items.sku,
    parts.part_name,
    sum(items.quantity) as units_sold,
    sum(items.line_net) as net_sales,
    sum(items.line_net) - sum(items.quantity * parts.cost_price) as margin,
    (sum(items.line_net) - sum(items.quantity * parts.cost_price)) / nullif(sum(items.line_net), 0) as margin_pct,
    sum(items.order_total) as order_value
from {{ ref('int_orders__with_items') }} as items
inner join {{ ref('parts') }} as parts on items.sku = parts.sku
where items.order_status <> 'returned'
group by items.sku, parts.part_name
