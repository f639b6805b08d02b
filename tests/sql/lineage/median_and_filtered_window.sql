-- dialect: duckdb
-- middle <- orders.amount aggregated
-- paid <- orders.amount computed
-- paid <- orders.status computed
-- paid <- orders.customer_id computed
-- * <- orders.customer_id grouped by
-- * <- orders.amount grouped by
-- * <- orders.status grouped by
select percentile_cont(0.5) within group (order by amount) as middle,
  sum(amount) filter (where status = 'paid') over (partition by customer_id) as paid
from db.main.orders
group by customer_id, amount, status
