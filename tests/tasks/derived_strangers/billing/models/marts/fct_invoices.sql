with paid as (
  select invoice_no, sum(amount) as paid_amount, max(booked_at) as last_paid_at, count(*) as payment_count
  from {{ ref('stg_payments') }} group by 1)
select i.invoice_no, {{ hash_key(['s.customer_id']) }} as customer_key, i.subscription_id, s.plan_code, p.label as plan_name,
  i.issued_on, date_trunc('month', i.issued_on) as issued_month, i.amount, coalesce(paid.paid_amount, 0) as paid_amount,
  i.amount - coalesce(paid.paid_amount, 0) as outstanding, paid.last_paid_at, coalesce(paid.payment_count, 0) as payment_count,
  coalesce(paid.paid_amount, 0) >= i.amount as is_settled, i.amount * (1 - s.discount_rate) as discounted_amount
from {{ ref('stg_invoices') }} i
inner join {{ ref('stg_subscriptions') }} s on s.subscription_id = i.subscription_id
left join {{ ref('raw_plans') }} p on p.code = s.plan_code
left join paid on paid.invoice_no = i.invoice_no
