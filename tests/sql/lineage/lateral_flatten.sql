-- dialect: snowflake
-- order_id <- orders.order_id pass-through
-- tag <- orders.tags computed
select o.order_id, f.value::varchar as tag from db.main.orders o, lateral flatten(input => o.tags) f
