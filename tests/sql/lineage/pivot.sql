-- dialect: duckdb
-- payment_id <- payments.payment_id pass-through
-- order_id <- payments.order_id pass-through
-- card <- payments.amount aggregated
-- coupon <- payments.amount aggregated
select * from db.main.payments pivot (sum(amount) for method in ('card', 'coupon'))
