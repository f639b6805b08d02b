with customers as (
    select * from {{ ref('stg_customers') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
),

totals as (
    select
        customer_id,
        count(*) as order_count,
        sum(amount) as spent
    from orders
    where status = 'paid'
    group by customer_id
)

select
    customers.customer_id,
    customers.name,
    coalesce(totals.order_count, 0) as order_count,
    totals.spent
from customers
left join totals on customers.customer_id = totals.customer_id
