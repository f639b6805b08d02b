-- dialect: duckdb
-- amount <- orders.amount pass-through
with a as (select amount as x from db.main.orders) select x as amount from a
