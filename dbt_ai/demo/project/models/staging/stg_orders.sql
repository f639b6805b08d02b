select
    id as order_id,
    member as member_id,
    ordered_on,
    state as order_state
from {{ ref('raw_orders') }}
