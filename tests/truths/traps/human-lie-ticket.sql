-- stg_pos__tickets, stg_pos__tickets.ticket_no: Described as unique and one row per ticket; tickets that were sent again have two.
select ticket_no from stg_pos__tickets group by ticket_no having count(*) > 1
