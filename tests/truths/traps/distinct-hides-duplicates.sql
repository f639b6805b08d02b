-- ops_zone_pairs: "every trip" stands above a SELECT DISTINCT.
select 1 from ops_zone_pairs having count(*) < (select count(*) from int_rentals__enriched where end_station_id is not null)
