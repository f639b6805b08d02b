-- dialect: duckdb
-- started_at <- raw_events.started_at computed
-- minutes <- raw_events.started_at computed
-- minutes <- raw_events.ended_at computed
-- ended_at <- raw_events.ended_at computed
with source as (select * from db.main.raw_events),
renamed as (
  select date_trunc('day', started_at) as started_at, ended_at + interval 1 hour as ended_at,
    date_diff('minute', started_at, ended_at) as minutes
  from source
)
select * from renamed
