{{ config(materialized='ephemeral') }}

select
    account_id,
    count(*) as rental_count,
    count(*) filter (where rental_status = 'cancelled') as cancelled_count,
    sum(fee_after_discount) as rental_revenue,
    min(rental_date) as first_rental_date,
    max(rental_date) as last_rental_date,
    max(bike_model) as last_bike_model,
    avg(duration_minutes) as avg_duration_minutes
from {{ ref('int_rentals__enriched') }}
group by account_id
