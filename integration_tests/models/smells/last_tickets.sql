-- What was last done to each bike, for the call centre
with numbered as (

    select
        bike_id,
        ticket_no,
        ticket_state,
        opened_at,
        row_number() over (partition by bike_id order by opened_at desc, ticket_no desc) as ticket_number
    from {{ ref('int_tickets__latest') }}

)

select
    bikes.bike_id,
    bikes.model_name,
    numbered.ticket_no,
    numbered.ticket_state,
    numbered.opened_at
from {{ ref('stg_app__bikes') }} as bikes
left join numbered
    on bikes.bike_id = numbered.bike_id
    and numbered.ticket_number = 1
