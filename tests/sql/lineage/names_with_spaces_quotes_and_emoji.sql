-- dialect: duckdb
-- Order "Id" <- orders.order_id renamed
-- 💶 paid <- orders.amount renamed
-- select <- orders.status renamed
select order_id as "Order ""Id""", amount as "💶 paid", status as "select" from db.main.orders
