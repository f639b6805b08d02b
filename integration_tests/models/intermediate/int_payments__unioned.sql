with workshop as (

    select
        'workshop' as source_system,
        cast(payment_id as varchar) as payment_id,
        ticket_no as reference,
        cast(amount as decimal(12, 2)) as amount,
        payment_method,
        false as is_refunded,
        paid_at
    from {{ ref('stg_pos__payments') }}

),

shop as (

    select
        'shop' as source_system,
        cast(payment_id as varchar) as payment_id,
        cast(order_id as varchar) as reference,
        cast(amount as decimal(12, 2)) as amount,
        payment_method,
        is_refunded,
        paid_at
    from {{ ref('stg_shop__payments') }}

)

select * from workshop
union all
select * from shop
