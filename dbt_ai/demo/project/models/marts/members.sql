with collected as (

    select
        member_id,
        min(ordered_on) as first_order_on,
        max(ordered_on) as latest_order_on,
        count(*) as collected_orders,
        sum(order_total) as spent
    from {{ ref('orders') }}
    where order_state = 'collected'
    group by member_id

)

select
    members.member_id,
    members.city,
    members.joined_on,
    collected.first_order_on,
    collected.latest_order_on,
    coalesce(collected.collected_orders, 0) as collected_orders,
    collected.spent,
    case
        when collected.collected_orders >= 3 then 'regular'
        when collected.collected_orders >= 1 then 'guest'
        else 'absent'
    end as member_group
from {{ ref('stg_members') }} as members
left join collected on collected.member_id = members.member_id
