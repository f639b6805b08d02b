-- stg_pos__tickets.ticket_no: The id occurs twice, with rows that differ in `synced_at` alone.
select ticket_no from stg_pos__tickets group by ticket_no
having count(*) = 2 and count(distinct synced_at) = 2 and count(distinct amount) = 1
