-- stg_app__rentals.rental_status: open and closed until the end of 2023, active, completed and cancelled since.
select 1 from stg_app__rentals
having bool_and((rental_status in ('open', 'closed')) = (started_at_utc < '2024-01-01'))
   and count(distinct rental_status) = 5
