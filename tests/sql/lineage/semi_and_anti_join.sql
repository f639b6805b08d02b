-- dialect: duckdb
-- order_id <- orders.order_id pass-through
-- * <- orders.order_id joined on
-- * <- refunds.order_id joined on
select o.order_id from db.main.orders o anti join db.main.refunds r on o.order_id = r.order_id
