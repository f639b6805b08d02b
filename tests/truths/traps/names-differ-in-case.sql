-- stg_sheets__station_survey."Station_ID", stg_app__stations.station_id: The same column in two upstreams, in different case.
select 1 from stg_sheets__station_survey having bool_and("Station_ID" in (select station_id from stg_app__stations))
