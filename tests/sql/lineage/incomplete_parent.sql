-- dialect: duckdb
-- store_id <- stores.store_id pass-through
-- opened <- stores.opened_on renamed
select store_id, opened_on as opened from db.main.stores
