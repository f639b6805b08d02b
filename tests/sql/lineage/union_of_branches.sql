-- dialect: duckdb
-- id <- orders.order_id renamed
-- id <- payments.payment_id computed
-- amount <- orders.amount pass-through
-- amount <- payments.amount computed
-- * <- payments.method filtered by
select order_id as id, amount from db.main.orders
union all
select payment_id + 1, -amount from db.main.payments where method <> 'coupon'
