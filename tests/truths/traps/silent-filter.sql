-- stg_app__accounts: Test accounts are left out, their rentals are not.
select rental_id from fct_rentals where account_id not in (select account_id from stg_app__accounts)
