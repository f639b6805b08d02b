-- dialect: duckdb
-- unresolved: The columns of db.main.raw_events are not known, so * stays as it is.
select * from db.main.raw_events
