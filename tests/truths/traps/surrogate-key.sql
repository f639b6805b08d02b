-- stg_shop__order_items.order_item_key, dim_accounts_v2.account_key: MD5 of the natural key.
select 1 from dim_accounts_v2 having bool_and(account_key = md5(cast(account_id as varchar)))
