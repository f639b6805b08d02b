with bikes as (
    select * from {{ ref('stg_app__bikes') }}
),

tickets as (
    select * from {{ ref('int_tickets__latest') }}
    where ticket_state in ('new', 'in_work')
),

joined as (
    select
        tickets.*,
        bikes.model_name
    from tickets
    inner join bikes on bikes.bike_id = tickets.bike_id
)

select * from joined
