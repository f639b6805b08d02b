-- dialect: duckdb
-- order_id <- orders.order_id pass-through
-- * <- orders.customer_id filtered by
-- * <- raw_users.id filtered by guess
-- * <- raw_users.active filtered by guess
select order_id from db.main.orders where customer_id in (select id from db.main.raw_users where active)
