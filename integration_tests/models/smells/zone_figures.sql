with rentals as (

    select * from {{ ref('stg_app__rentals') }}

),

stations as (

    select * from {{ ref('stg_app__stations') }}

),

bikes as (

    select * from {{ ref('stg_app__bikes') }}

),

accounts as (

    select * from {{ ref('stg_app__accounts') }}

),

rentals_with_zone as (

    select
        rentals.rental_id,
        rentals.user_id,
        rentals.coupon_code,
        rentals.fee,
        rentals.duration_minutes,
        stations.zone
    from rentals
    left join stations on rentals.start_station_id = stations.station_id
    left join bikes on rentals.bike_id = bikes.bike_id
    order by rentals.rental_id

)

select
    zone,
    count(*) as rental_count,
    count(distinct user_id) as account_count,
    sum(fee) as revenue,
    sum(duration_minutes) as minutes_ridden
from rentals_with_zone
group by 1
