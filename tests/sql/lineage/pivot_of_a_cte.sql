-- dialect: duckdb
-- order_id <- payments.order_id pass-through
-- card <- payments.amount aggregated
with p as (select order_id, method, amount from db.main.payments)
select order_id, card from p pivot (max(amount) for method in ('card', 'coupon'))
