-- dialect: postgres
-- order_id <- orders.order_id pass-through
-- twice <- orders.amount computed
select o.order_id, l.twice from db.main.orders o cross join lateral (select o.amount * 2 as twice) l
