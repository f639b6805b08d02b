with source as (

    select * from {{ source('app', 'rentals') }}

),

renamed as (

    select
        rental_id,
        user_id,
        bike_id,
        start_station_id,
        end_station_id,
        billing_station_id,
        started_at as started_at_utc,
        {{ to_local('started_at') }} as started_at,
        {{ to_local('ended_at') }} as ended_at,
        date_diff('minute', started_at, ended_at) as duration_minutes,
        distance_m,
        -- amount in cents
        {{ cents_to_euros('fee_cents') }} as fee,
        discount_pct,
        status as rental_status,
        currency,
        coupon_code
    from source

)

select * from renamed
