-- int_stations__rental_counts.rental_count, dim_stations.rental_count: 1 for a station without rentals.
select station_id from dim_stations where rental_count = 1 and started_rentals = 0
