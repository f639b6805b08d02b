select order_year, max(order_id) as latest_order
from {{ ref('in_between') }}
group by order_year
