with lines as (

    select
        order_id,
        count(*) as number_of_lines,
        sum(line_total) as order_total
    from {{ ref('stg_order_lines') }}
    group by order_id

)

select
    orders.order_id,
    orders.member_id,
    orders.ordered_on,
    orders.order_state,
    orders.order_state = 'collected' as is_collected,
    lines.number_of_lines,
    lines.order_total
from {{ ref('stg_orders') }} as orders
left join lines on lines.order_id = orders.order_id
