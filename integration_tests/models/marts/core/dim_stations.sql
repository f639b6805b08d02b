select
    stations.station_id,
    stations.station_name,
    stations.zone,
    stations.capacity,
    counts.rental_count,
    counts.started_rentals,
    survey."battery 🔋 %" as battery_pct,
    survey."group" as survey_group
from {{ ref('stg_app__stations') }} as stations
left join {{ ref('int_stations__rental_counts') }} as counts on stations.station_id = counts.station_id
left join {{ ref('stg_sheets__station_survey') }} as survey on stations.station_id = survey."Station_ID"
