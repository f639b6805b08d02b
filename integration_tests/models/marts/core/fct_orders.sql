-- All orders with the account that placed them.
with orders as (

    select * from {{ ref('stg_shop__orders') }}

),

accounts as (

    select * from {{ ref('stg_app__accounts') }}

),

payments as (

    select
        order_id,
        sum(amount) as paid_amount,
        bool_or(is_refunded) as is_refunded
    from {{ ref('stg_shop__payments') }}
    group by order_id

)

select
    orders.order_id,
    orders.account_id,
    accounts.plan,
    orders.order_status,
    orders.channel,
    orders.order_total,
    orders.net_total,
    orders.shipping_fee,
    payments.paid_amount,
    payments.is_refunded,
    orders.ordered_at
from orders
left join accounts on orders.account_id = accounts.account_id
left join payments on orders.order_id = payments.order_id
where accounts.country_code in ('DE', 'AT')
