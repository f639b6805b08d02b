-- dim_stations.battery_pct: Named percent and is one, from 0 to 100.
select station_id from dim_stations where battery_pct > 1
