-- stg_app__bikes.model_code, stg_app__stations.zone, dim_bikes.status_code: Each code has exactly one name in the column beside it.
select 1
where (select max(names) = 1 from (select count(distinct model_name) as names from stg_app__bikes group by model_code))
  and (select max(names) = 1 from (select count(distinct zone_name) as names from stg_app__stations group by zone))
  and (select max(names) = 1 from (select count(distinct status_label) as names from dim_bikes group by status_code))
