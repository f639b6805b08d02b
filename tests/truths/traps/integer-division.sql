-- int_rentals__enriched.full_hours, ops_repair_queue.days_open: `//` rounds down; `/` beside it does not.
select rental_id from int_rentals__enriched where full_hours = 0 and duration_hours > 0.9
