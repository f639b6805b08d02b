-- dialect: duckdb
-- k <- orders.order_id renamed
-- k <- payments.order_id renamed
-- k <- refunds.order_id renamed
(select order_id as k from db.main.orders union select order_id from db.main.payments) except select order_id from db.main.refunds
