-- int_tickets__with_payments: "one row per ticket" stands above a join of lines and payments.
select ticket_no from int_tickets__with_payments group by ticket_no having count(*) > 1
