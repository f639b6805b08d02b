-- dialect: duckdb
-- order_id <- payments.order_id pass-through
-- order_id <- refunds.order_id pass-through
with p as (select order_id, amount from db.main.payments), r as (select * from db.main.refunds),
both_of_them as (select * from p union all select * from r)
select order_id from both_of_them
