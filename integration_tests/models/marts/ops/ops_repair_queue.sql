select
    tickets.ticket_no,
    tickets.bike_id,
    dim_bikes.model_name,
    tickets.ticket_state,
    tickets.opened_at,
    date_diff('hour', tickets.opened_at, timestamp '2024-07-01 00:00:00') // 24 as days_open,
    row_number() over (order by tickets.opened_at, tickets.ticket_no) as queue_position
from {{ ref('int_tickets__latest') }} as tickets
inner join {{ ref('dim_bikes') }} as dim_bikes on tickets.bike_id = dim_bikes.bike_id
where tickets.ticket_state in ('new', 'in_work')
