-- stg_pos__tickets.total_amount: Named like money, is the number of lines on the ticket.
select t.ticket_no
from stg_pos__tickets as t
group by t.ticket_no, t.total_amount
having t.total_amount = (select count(*) from stg_pos__ticket_lines as l where l.ticket_no = t.ticket_no)
qualify count(*) over () = (select count(distinct ticket_no) from stg_pos__tickets)
