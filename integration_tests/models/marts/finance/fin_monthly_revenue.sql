select
    cast(date_trunc('month', ordered_at) as date) as month,
    count(*) as order_count,
    sum(order_total) as net_revenue,
    sum(net_total) as gross_revenue,
    sum(case when is_refunded then order_total end) as refunded,
    count(distinct account_id) as customers
from {{ ref('fct_orders') }}
group by 1
