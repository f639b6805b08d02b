-- dialect: duckdb
-- order_id <- orders.order_id pass-through
-- paid <- payments.amount aggregated
-- * <- orders.order_id filtered by
-- * <- payments.order_id filtered by
-- * <- refunds.order_id filtered by
select order_id, (select sum(p.amount) from db.main.payments p where p.order_id = o.order_id) as paid
from db.main.orders o
where exists (select 1 from db.main.refunds r where r.order_id = o.order_id)
