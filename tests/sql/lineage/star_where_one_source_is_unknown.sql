-- dialect: duckdb
-- kind <- raw_events.kind pass-through guess
-- email <- customers.email pass-through
-- * <- customers.customer_id joined on
-- * <- raw_events.user_id joined on
with joined as (select * from db.main.raw_events e join db.main.customers c on e.user_id = c.customer_id)
select kind, email from joined
