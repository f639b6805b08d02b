-- stg_shop__order_items.sku, stg_pos__ticket_lines.sku: "unique per order" stands beside a column that repeats within an order.
select order_id, sku from stg_shop__order_items group by all having count(*) > 1
