{{
    config(
        materialized='incremental',
        unique_key='rental_id',
        incremental_strategy='delete+insert'
    )
}}

select
    rentals.rental_id,
    rentals.account_id,
    rentals.bike_id,
    rentals.start_station_id,
    rentals.end_station_id,
    rentals.rental_date,
    rentals.started_at,
    rentals.duration_minutes,
    rentals.full_hours,
    rentals.distance_m,
    rentals.fee,
    rentals.fee_after_discount,
    rentals.rental_status,
    segments.segment as account_segment
from {{ ref('int_rentals__enriched') }} as rentals
left join {{ ref('int_accounts__segments') }} as segments on rentals.rental_id = segments.rental_id
where rentals.rental_status <> 'cancelled'
{% if is_incremental() %}
    and rentals.started_at >= (select max(started_at) from {{ this }})
{% endif %}
