with order_payments as (

    select
        orders.account_id,
        payments.amount,
        payments.payment_method,
        payments.paid_at
    from {{ ref('fct_payments') }} as payments
    inner join {{ ref('fct_orders') }} as orders
        on payments.source_system = 'shop'
        and payments.reference = cast(orders.order_id as varchar)

)

select
    account_id,
    sum(amount) as total_paid,
    count(*) as payment_count,
    max(payment_method) as last_payment_method,
    max(paid_at) as last_paid_at
from order_payments
group by account_id
