-- stg_shop__orders, int_tickets__latest: The latest row of each order, of each ticket.
select 1
where (select count(*) = count(distinct order_id) from stg_shop__orders)
  and (select count(*) > count(distinct order_id) from raw_shop.orders)
  and (select count(*) = count(distinct ticket_no) from int_tickets__latest)
