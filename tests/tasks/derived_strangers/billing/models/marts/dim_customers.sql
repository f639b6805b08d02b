with c as (select * from {{ ref('stg_customers') }}),
s as (
  select customer_id, count(*) as subscriptions, count(case when is_active then 1 end) as active_subscriptions,
    min(started_on) as first_started_on, max(ended_on) as last_ended_on, sum(case when is_active then 0 else 1 end) as ended_subscriptions
  from {{ ref('stg_subscriptions') }} group by customer_id)
select {{ hash_key(['c.customer_id']) }} as customer_key, c.customer_id, c.company_name, c.email, c.country_code, c.created_on,
  coalesce(s.subscriptions, 0) as subscriptions, s.active_subscriptions, s.ended_subscriptions, s.first_started_on, s.last_ended_on,
  case when s.active_subscriptions > 0 then 'active' when s.subscriptions > 0 then 'churned' else 'prospect' end as lifecycle
from c left join s using (customer_id)
