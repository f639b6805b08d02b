-- dialect: spark
-- order_id <- orders.order_id pass-through
-- tag <- orders.tags computed
select order_id, tag from db.main.orders lateral view explode(tags) t as tag
