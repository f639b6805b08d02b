select order_state, order_id from {{ ref('stg_orders') }}
qualify row_number() over (partition by order_state order by order_state) = 1
