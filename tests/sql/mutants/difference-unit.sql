-- original
select date_diff('day', ordered_on, sent_on) as days, datediff('hour', ordered_at, sent_at) as hours from orders

-- mutant: `DATE_DIFF('DAY', ordered_on, sent_on)` became `DATE_DIFF('MONTH', ordered_on, sent_on)` in the column `days` of the final query.
SELECT DATE_DIFF('MONTH', ordered_on, sent_on) AS days, DATE_DIFF('HOUR', ordered_at, sent_at) AS hours FROM orders

-- mutant: `DATE_DIFF('HOUR', ordered_at, sent_at)` became `DATE_DIFF('DAY', ordered_at, sent_at)` in the column `hours` of the final query.
SELECT DATE_DIFF('DAY', ordered_on, sent_on) AS days, DATE_DIFF('DAY', ordered_at, sent_at) AS hours FROM orders
