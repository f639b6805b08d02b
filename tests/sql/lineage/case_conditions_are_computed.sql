-- dialect: duckdb
-- size <- orders.amount computed
-- size <- orders.status computed
-- open_amount <- orders.amount aggregated
-- open_amount <- orders.status computed
-- * <- orders.order_id grouped by
-- * <- orders.status grouped by
-- * <- orders.amount grouped by
select case when status = 'open' then amount else 0 end as size,
  sum(case when status = 'open' then amount end) as open_amount
from db.main.orders group by order_id, status, amount
