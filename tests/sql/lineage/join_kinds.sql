-- dialect: duckdb
-- order_id <- orders.order_id pass-through
-- email <- customers.email pass-through
-- paid <- payments.amount computed
-- * <- customers.customer_id joined on
-- * <- orders.customer_id joined on
-- * <- orders.order_id joined on
-- * <- payments.order_id joined on
select o.order_id, c.email, coalesce(p.amount, 0) as paid
from db.main.orders o left join db.main.customers c on c.customer_id = o.customer_id
left join db.main.payments as p on p.order_id = o.order_id
