select date_trunc('day', occurred_at)::date as event_date, platform, count(distinct visitor_id) as visitors,
  count(distinct case when event_type = 'purchase' then visitor_id end) as buyers,
  count(distinct case when event_type = 'purchase' then visitor_id end) / count(distinct visitor_id) as buyer_rate,
  count(*) - count(user_id) as anonymous_events, approx_count_distinct(session_id) as sessions_approx, round(avg(load_ms), 0) as avg_load_ms,
  grouping(platform) as is_total
from {{ ref('events_sessionised') }} group by 1, rollup(platform)
