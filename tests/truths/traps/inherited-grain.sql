-- int_orders__with_items.order_total, order_net_total, shipping_fee: Figures of the order on each of its lines; adding them up multiplies them.
select order_id from int_orders__with_items group by order_id
having count(*) > 1 and count(distinct order_total) = 1
