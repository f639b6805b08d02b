select order_id, current_date - ordered_on as age from {{ ref('stg_orders') }}
