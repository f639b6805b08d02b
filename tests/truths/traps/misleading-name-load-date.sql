-- stg_app__accounts.created_at: Named like the account's birth, is the day of the monthly load.
select 1 from stg_app__accounts
having bool_and(created_at > signed_up_at) and bool_and(day(created_at) = 1 and created_at = date_trunc('day', created_at))
