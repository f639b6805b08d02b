select
    count(*) as orders,
    sum(case order_id when 1 then 1.0 when 2 then 1e16 when 3 then -1e16 else 0.0 end) as balance
from {{ ref('stg_orders') }}
