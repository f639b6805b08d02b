-- dialect: duckdb
-- n <- orders.order_id aggregated
-- n <- orders.status computed
select count(distinct order_id) filter (where status = 'paid') as n from db.main.orders
