-- stg_app__rentals.user_id: Named like a person, holds accounts: every value is an account, none is a rider.
select 1 from stg_app__rentals
having bool_and(user_id in (select id from raw_app.accounts))
   and not bool_or(user_id in (select rider_id from stg_app__riders))
