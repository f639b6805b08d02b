select
    stations.station_id,
    stations.station_name,
    count(*) as rental_count,
    count(rentals.rental_id) as started_rentals,
    count(distinct rentals.bike_id) as bikes_used,
    coalesce(avg(rentals.duration_minutes), 0) as avg_duration_minutes
from {{ ref('stg_app__stations') }} as stations
left join {{ ref('stg_app__rentals') }} as rentals on stations.station_id = rentals.start_station_id
group by stations.station_id, stations.station_name
