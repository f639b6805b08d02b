-- dialect: duckdb
-- net <- raw_events.amount computed
-- net <- raw_events.discount computed
-- gross <- raw_events.amount computed guess
-- gross <- raw_events.discount computed guess
-- recency <- raw_events.user_id computed
-- recency <- raw_events.seen_at computed
-- * <- raw_events.user_id filtered by guess
-- * <- raw_events.seen_at filtered by guess
select amount - discount as net, net * 1.19 as gross,
  row_number() over (partition by user_id order by seen_at desc) as recency
from db.main.raw_events
qualify recency = 1
