-- dialect: duckdb
-- user_id <- raw_users.id renamed
-- owner_id <- raw_users.user_id renamed guess
select id as user_id, user_id as owner_id from db.main.raw_users
