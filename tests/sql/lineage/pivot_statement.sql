-- dialect: duckdb
-- order_id <- payments.order_id pass-through
-- * <- payments.order_id grouped by
-- unresolved: The columns that PIVOT makes depend on the data.
with p as (pivot db.main.payments on method using sum(amount) group by order_id) select order_id from p
