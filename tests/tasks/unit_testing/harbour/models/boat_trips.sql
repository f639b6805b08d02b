with trips as (

    select * from {{ ref('stg_trips') }} where state <> 'cancelled'

)

select
    boats.boat_id,
    boats.boat_name,
    count(trips.trip_id) as trip_count,
    coalesce(sum(trips.fee), 0) as fees,
    count(*) filter (where trips.hours >= {{ var('long_trip_hours') }}) as long_trips
from {{ ref('boats') }} as boats
left join trips on boats.boat_id = trips.boat_id
group by boats.boat_id, boats.boat_name
