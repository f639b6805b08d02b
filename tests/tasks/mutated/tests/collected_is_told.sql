-- Only the comparison turned round makes this fail.
select * from {{ ref('orders') }} where order_state <> 'collected' and is_collected
