-- dialect: duckdb
-- order_id <- orders.order_id pass-through
-- tag <- orders.tags computed
select o.order_id, t.tag from db.main.orders o, unnest(o.tags) as t(tag)
