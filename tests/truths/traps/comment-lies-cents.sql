-- stg_app__rentals.fee, stg_pos__tickets.amount: "amount in cents" stands beside amounts in euros.
select 1
from stg_app__rentals as r inner join raw_app.rentals as raw using (rental_id)
having bool_and(r.fee = raw.fee_cents / 100.0)
   and (select bool_and(t.amount * 100 = (
        select sum(line_gross) from stg_pos__ticket_lines as l where l.ticket_no = t.ticket_no))
        from stg_pos__tickets as t)
