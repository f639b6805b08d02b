-- dialect: duckdb
-- order_id <- orders.order_id pass-through
-- id <- orders.customer_id renamed
-- total <- orders.amount cast
-- day <- orders.ordered_at cast
-- text <- orders.status cast
select order_id, customer_id as id, amount::decimal(10, 2) as total, cast((ordered_at) as date) as day,
  try_cast(status as varchar) as text
from db.main.orders
