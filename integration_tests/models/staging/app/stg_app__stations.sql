select
    station_id,
    station_name,
    zone,
    zone_name,
    city,
    capacity,
    opened_on
from {{ source('app', 'stations') }}
