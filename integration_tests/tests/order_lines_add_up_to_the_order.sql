select order_id
from {{ ref('int_orders__with_items') }}
group by order_id, order_net_total
having abs(sum(line_net) - order_net_total) > 0.05
