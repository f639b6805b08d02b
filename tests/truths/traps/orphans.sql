-- stg_app__rentals.bike_id, stg_shop__orders.account_id: Bikes that were written off, accounts that were purged.
select 1
where exists (from stg_app__rentals where bike_id not in (select bike_id from stg_app__bikes))
  and exists (from stg_shop__orders where account_id not in (select id from raw_app.accounts))
