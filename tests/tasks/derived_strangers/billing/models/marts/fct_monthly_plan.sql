with m as (
  select issued_month, plan_code, subscription_id, sum(amount) as billed from {{ ref('fct_invoices') }} group by 1, 2, 3)
select issued_month, plan_code, count(*) as subscriptions_billed, sum(billed) as billed, avg(billed) as avg_billed_per_subscription,
  sum(billed) / sum(sum(billed)) over (partition by issued_month) as share_of_month,
  lag(sum(billed)) over (partition by plan_code order by issued_month) as billed_month_before
from m group by 1, 2
