-- stg_app__rentals.billing_station_id: Always equals `start_station_id`.
select 1 from stg_app__rentals
having bool_and(billing_station_id = start_station_id) and count(distinct start_station_id) > 1
