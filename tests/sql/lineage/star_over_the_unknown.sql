-- dialect: duckdb
-- id <- raw_events.event_id renamed
-- kind <- raw_events.kind pass-through
-- * <- raw_events.kind filtered by
with source as (select * from db.main.raw_events)
select event_id as id, kind from source where kind is not null
