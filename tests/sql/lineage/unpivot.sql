-- dialect: snowflake
-- order_id <- refunds.order_id pass-through
-- name <- refunds.amount computed
-- value <- refunds.amount computed
select order_id, name, value from db.main.refunds unpivot (value for name in (amount))
