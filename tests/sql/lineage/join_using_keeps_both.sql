-- dialect: duckdb
-- order_id <- payments.order_id pass-through
-- order_id <- refunds.order_id pass-through
-- best <- payments.amount computed
-- best <- refunds.amount computed
-- * <- payments.order_id joined on
-- * <- refunds.order_id joined on
select order_id, coalesce(payments.amount, refunds.amount) as best
from db.main.payments full join db.main.refunds using (order_id)
