-- dialect: duckdb
-- level <- customers.customer_id computed
-- * <- customers.customer_id filtered by
with recursive levels as (
  select customer_id as level from db.main.customers
  union all
  select level + 1 from levels where level < 10
)
select level from levels
