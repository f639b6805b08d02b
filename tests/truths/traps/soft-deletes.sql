-- stg_app__accounts.deleted_at, is_deleted: Deleted accounts stay.
select account_id from stg_app__accounts where is_deleted
