select
    ticket_no,
    bike_id,
    count(*) as line_count,
    count(distinct line_id) as distinct_lines,
    sum(ticket_amount) as revenue,
    sum(line_gross) as gross_lines,
    max(ticket_amount) as ticket_amount
from {{ ref('int_tickets__with_payments') }}
group by ticket_no, bike_id
