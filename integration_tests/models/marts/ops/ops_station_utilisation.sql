select
    rental_date,
    start_station_id as station_id,
    count(*) as rentals,
    count(*) filter (where is_electric) as electric_rentals,
    count(*) filter (where is_electric) / count(*) as electric_pct,
    sum(duration_minutes) as minutes_ridden,
    max(started_at) as last_start
from {{ ref('int_rentals__enriched') }}
group by rental_date, start_station_id
