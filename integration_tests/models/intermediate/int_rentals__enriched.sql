-- Rentals with what is known of the bike and of both stations.
with rentals as (

    select * from {{ ref('stg_app__rentals') }}

),

bikes as (

    select * from {{ ref('stg_app__bikes') }}

),

stations as (

    select * from {{ ref('stg_app__stations') }}

)

select
    rentals.rental_id,
    rentals.user_id as account_id,
    rentals.bike_id,
    bikes.model_name as bike_model,
    coalesce(bikes.is_electric, false) as is_electric,
    rentals.start_station_id,
    start_stations.zone as start_zone,
    rentals.end_station_id,
    end_stations.zone as end_zone,
    rentals.started_at,
    cast(rentals.started_at as date) as rental_date,
    rentals.duration_minutes,
    rentals.duration_minutes / 60 as duration_hours,
    rentals.duration_minutes // 60 as full_hours,
    coalesce(rentals.distance_m, 0) as distance_m,
    rentals.fee,
    rentals.fee * (1 - rentals.discount_pct) as fee_after_discount,
    rentals.rental_status,
    case
        when rentals.duration_minutes >= {{ var('long_rental_minutes') }} then 'long'
        when rentals.duration_minutes >= 30 then 'medium'
        when rentals.duration_minutes >= 0 then 'short'
    end as duration_class
from rentals
left join bikes on rentals.bike_id = bikes.bike_id
left join stations as start_stations on rentals.start_station_id = start_stations.station_id
left join stations as end_stations on rentals.end_station_id = end_stations.station_id
