-- fct_rentals.rental_status, ops_repair_queue.ticket_state: Values that upstream has and a filter took away.
select 1
where 'cancelled' in (select rental_status from int_rentals__enriched)
  and 'cancelled' not in (select rental_status from fct_rentals)
  and 'done' not in (select ticket_state from ops_repair_queue)
