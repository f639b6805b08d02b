select order_id from {{ ref('today') }} where age > 1
