-- dialect: duckdb
-- share <- orders.amount aggregated
-- * <- orders.status grouped by
select sum(amount) / sum(sum(amount)) over () as share from db.main.orders group by status
