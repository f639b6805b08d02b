-- stg_app__rentals, stg_app__rentals.fee, stg_app__rentals.currency, stg_app__bikes.purchase_price: Descriptions with `var()` and `doc()` in them.
select 1 from stg_app__rentals having bool_and(currency = 'EUR')
