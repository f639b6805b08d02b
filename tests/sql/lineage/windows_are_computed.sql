-- dialect: duckdb
-- rank <- orders.customer_id computed
-- rank <- orders.ordered_at computed
-- running <- orders.amount computed
-- running <- orders.ordered_at computed
-- * <- orders.customer_id filtered by
-- * <- orders.ordered_at filtered by
select row_number() over (partition by customer_id order by ordered_at desc) as rank,
  sum(amount) over (order by ordered_at) as running
from db.main.orders qualify rank = 1
