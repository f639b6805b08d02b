select
    order_id,
    order_state as "select",
    ordered_on as "the day",
    member_id as "it's ""quoted""",
    order_state as "🥐"
from {{ ref('stg_orders') }}
