-- dialect: snowflake
-- OrderId <- orders.order_id renamed
-- Discount <- orders.Discount pass-through
select ORDER_ID as "OrderId", discount as Discount from DB.MAIN.Orders
