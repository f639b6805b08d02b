-- dialect: duckdb
-- * <- raw_events.user_id joined on
-- * <- raw_users.id joined on
-- unresolved: kind comes through a * over several sources whose columns are not known.
with joined as (select * from db.main.raw_events e join db.main.raw_users u on e.user_id = u.id)
select kind from joined
