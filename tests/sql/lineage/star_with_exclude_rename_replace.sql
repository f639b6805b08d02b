-- dialect: duckdb
-- payment_id <- payments.payment_id pass-through
-- method <- payments.method computed
-- value <- payments.amount renamed
select * exclude (order_id) replace (upper(method) as method) rename (amount as value) from db.main.payments
