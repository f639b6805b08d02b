with changes as (

    select
        *,
        row_number() over (partition by order_id order by updated_at desc) as change_number
    from {{ source('shop', 'orders') }}

)

select
    order_id,
    account_id,
    status as order_status,
    channel,
    order_total,
    net_total,
    shipping_fee,
    ordered_at,
    updated_at
from changes
where change_number = 1
