-- dialect: trino
-- order_id <- orders.order_id pass-through
-- tag <- orders.tags computed
select order_id, tag from db.main.orders cross join unnest(tags) as t (tag)
