-- stg_app__rentals.currency, stg_app__stations.city: One value for all rows.
select 1
where (select count(distinct currency) = 1 and count(*) > 1 from stg_app__rentals)
  and (select count(distinct city) = 1 and count(*) > 1 from stg_app__stations)
