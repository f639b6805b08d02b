-- dialect: duckdb
-- a <- orders.amount renamed
-- b <- payments.amount renamed
select x.a, y.b from (with t as (select amount as a from db.main.orders) select a from t) x
cross join (with t as (select amount as b from db.main.payments) select b from t) y
