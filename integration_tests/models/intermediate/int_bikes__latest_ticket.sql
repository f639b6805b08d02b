with numbered as (

    select
        bike_id,
        ticket_no,
        ticket_state,
        opened_at,
        closed_at,
        row_number() over (partition by bike_id order by opened_at desc, ticket_no desc) as ticket_rank,
        count(*) over (partition by bike_id) as ticket_count,
        lag(opened_at) over (partition by bike_id order by opened_at, ticket_no) as previous_opened_at
    from {{ ref('int_tickets__latest') }}

)

select
    bike_id,
    ticket_no,
    ticket_state,
    opened_at,
    closed_at,
    ticket_count,
    date_diff('day', previous_opened_at, opened_at) as days_since_previous
from numbered
where ticket_rank = 1
