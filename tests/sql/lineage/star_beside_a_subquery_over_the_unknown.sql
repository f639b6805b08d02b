-- dialect: duckdb
-- payment_id <- payments.payment_id pass-through
-- order_id <- payments.order_id pass-through
-- method <- payments.method pass-through
-- amount <- payments.amount pass-through
-- last_seen <- raw_events.seen_at aggregated guess
-- * <- payments.order_id filtered by
-- * <- raw_events.event_order filtered by guess
select p.*, (select max(seen_at) from db.main.raw_events where event_order = p.order_id) as last_seen
from db.main.payments p
