select
    order_id,
    customer_id,
    updated_on
from {{ ref('raw_orders') }}
qualify row_number() over (partition by order_id order by updated_on desc) = 1
