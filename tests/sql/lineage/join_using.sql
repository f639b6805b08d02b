-- dialect: duckdb
-- customer_id <- orders.customer_id pass-through
-- customer_id <- customers.customer_id computed
-- order_id <- orders.order_id pass-through
-- name <- customers.last_name renamed
-- * <- customers.customer_id joined on
-- * <- orders.customer_id joined on
select customer_id, order_id, last_name as name from db.main.orders left join db.main.customers using (customer_id)
