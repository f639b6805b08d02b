-- fct_orders: A WHERE on the joined side drops guests and everyone outside Germany and Austria.
select order_id from stg_shop__orders where account_id is null and order_id not in (select order_id from fct_orders)
