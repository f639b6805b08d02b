-- stg_app__rentals.distance_m: NULL for every rental since 2024-03-01, hardly ever before.
select 1 from stg_app__rentals
having count(distance_m) filter (where started_at_utc >= '2024-03-01') = 0
   and count(*) filter (where started_at_utc >= '2024-03-01') > 0
   and count(distance_m) filter (where started_at_utc < '2024-03-01')
       > 0.9 * count(*) filter (where started_at_utc < '2024-03-01')
