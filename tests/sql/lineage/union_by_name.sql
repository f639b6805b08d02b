-- dialect: duckdb
-- amount <- orders.amount pass-through
-- amount <- payments.amount pass-through
-- order_id <- orders.order_id pass-through
-- order_id <- payments.order_id pass-through
select amount, order_id from db.main.orders union all by name select order_id, amount from db.main.payments
