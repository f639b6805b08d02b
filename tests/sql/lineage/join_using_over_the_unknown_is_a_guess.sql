-- dialect: duckdb
-- user_id <- unknown:events.user_id pass-through guess
-- name <- customers.first_name renamed
-- * <- customers.email filtered by
-- * <- unknown:events.user_id joined on guess
-- * <- customers.user_id joined on guess
select user_id, first_name as name from events join db.main.customers using (user_id) where customers.email is not null
