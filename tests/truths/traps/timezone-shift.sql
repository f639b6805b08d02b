-- stg_app__rentals.started_at, ended_at: An hour ahead of UTC, so that late rentals fall on the next day.
select r.rental_id from stg_app__rentals as r inner join int_rentals__enriched as e using (rental_id)
where r.started_at = r.started_at_utc + interval 1 hour and e.rental_date > cast(r.started_at_utc as date)
