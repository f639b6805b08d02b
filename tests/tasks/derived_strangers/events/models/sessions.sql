select session_id, visitor_id, min(occurred_at) as started_at, max(occurred_at) as ended_at, date_diff('second', min(occurred_at), max(occurred_at)) as seconds,
  count(*) as events, count(distinct page_path) as pages, count(*) filter (where event_type = 'purchase') as purchases,
  coalesce(sum(purchase_value), 0) as revenue, max(case when event_type = 'purchase' then 1 else 0 end) as is_converted,
  any_value(platform) as platform, bool_or(event_type = 'add_to_cart') as had_cart, arg_max(event_type, occurred_at) as last_event, list(distinct event_type) as event_types
from {{ ref('events_sessionised') }}
group by session_id, visitor_id
