select
    customer_id,
    name
from {{ ref('raw_customers') }} as c
where visits > 0
qualify row_number() over (partition by c.customer_id order by joined_on desc) = 1
