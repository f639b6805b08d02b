-- dialect: postgres
-- customer_id <- orders.customer_id pass-through
-- last_status <- orders.status renamed
select distinct on (customer_id) customer_id, status as last_status from db.main.orders order by customer_id, ordered_at desc
