-- original
select id from orders where not is_returned and not (is_paid or amount = 0)

-- mutant: `NOT is_returned` became `is_returned` in the filter of the final query.
SELECT id FROM orders WHERE is_returned AND NOT (is_paid OR amount = 0)

-- mutant: `NOT (is_paid OR amount = 0)` became `(is_paid OR amount = 0)` in the filter of the final query.
SELECT id FROM orders WHERE NOT is_returned AND (is_paid OR amount = 0)

-- original: operators of their own
select id from orders where status not in ('a') and sent_at is not null and status not like 'x%'
