with starts as (
    select start_station_id, count(*) as rentals
    from {{ ref('stg_app__rentals') }}
    where rental_status <> 'cancelled'
    group by 1
),

departures as (
    select start_station_id, count(*) as rentals
    from {{ ref('stg_app__rentals') }}
    where rental_status <> 'cancelled'
    group by 1
),

busiest as (
    select max(rentals) as rentals
    from departures
)

select
    stations.station_id,
    stations.station_name,
    starts.rentals as started,
    arrivals.rentals as ended,
    starts.rentals = busiest.rentals as is_busiest
from {{ ref('stg_app__stations') }} as stations
left join starts on stations.station_id = starts.start_station_id
left join (
    select
        end_station_id,
        count(*) as rentals
    from {{ ref('stg_app__rentals') }}
    where rental_status <> 'cancelled'
    group by end_station_id
) as arrivals on stations.station_id = arrivals.end_station_id
cross join busiest
