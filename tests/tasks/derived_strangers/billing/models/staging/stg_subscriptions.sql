select subscription_id, customer as customer_id, plan as plan_code, started::date as started_on, ended::date as ended_on,
  discount_pct / 100.0 as discount_rate, ended is null as is_active,
  date_diff('day', started::date, coalesce(ended::date, {{ var('today', "date '2025-01-01'") }})) as days_subscribed
from {{ ref('raw_subscriptions') }}
