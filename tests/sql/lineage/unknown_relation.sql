-- dialect: duckdb
-- a <- unknown:elsewhere.things.a pass-through
select a from elsewhere.things
