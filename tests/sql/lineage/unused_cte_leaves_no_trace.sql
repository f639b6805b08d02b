-- dialect: duckdb
-- email <- customers.email pass-through
with unused as (select * from db.main.orders where status = 'x') select email from db.main.customers
