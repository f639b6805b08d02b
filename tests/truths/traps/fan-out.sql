-- fct_ticket_revenue.revenue, gross_lines: Lines times payments repeat the ticket's amount, and the sum multiplies it.
select ticket_no from fct_ticket_revenue where revenue >= 2 * ticket_amount
