-- dialect: duckdb
-- net <- orders.amount computed
-- net <- orders.Discount computed
-- gross <- orders.amount computed
-- gross <- orders.Discount computed
select amount - discount as net, net * 1.19 as gross from db.main.orders
