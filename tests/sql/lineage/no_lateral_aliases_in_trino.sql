-- dialect: trino
-- user_id <- raw_users.id renamed
-- next_id <- raw_users.user_id computed
select id as user_id, user_id + 1 as next_id from db.main.raw_users
