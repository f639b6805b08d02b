-- stg_app__bikes.is_electric, stg_pos__tickets.is_warranty, stg_shop__payments.is_refunded: Made of 'Y', '1' and 'true'; NULL stays NULL.
select bike_id from stg_app__bikes where is_electric is null
