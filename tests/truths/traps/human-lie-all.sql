-- dim_accounts, fct_orders: Described as all customers and all orders; test accounts, guests and other countries are missing.
select 1
where (select count(*) from dim_accounts_v2) < (select count(*) from raw_app.accounts)
  and (select count(*) from fct_orders) < (select count(*) from stg_shop__orders)
