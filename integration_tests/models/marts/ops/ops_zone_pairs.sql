-- every trip between zones
select distinct
    start_zone,
    end_zone,
    bike_model,
    duration_class
from {{ ref('int_rentals__enriched') }}
where end_station_id is not null
