select u.user_id, u.email, u.signup_ts, coalesce(u.referrer, 'none') as referrer, count(s.session_id) as sessions, sum(s.revenue) as revenue,
  avg(s.seconds) as avg_seconds, sum(s.is_converted) * 1.0 / nullif(count(s.session_id), 0) as conversion, min(s.started_at) as first_seen_at,
  date_diff('day', u.signup_ts::date, min(s.started_at)::date) as days_to_first_visit, max(s.started_at) >= timestamp '2024-02-01' as is_recent
from {{ ref('raw_users') }} u left join {{ ref('sessions') }} s on s.visitor_id = u.user_id
where not u.is_bot
group by u.user_id, u.email, u.signup_ts, u.referrer
