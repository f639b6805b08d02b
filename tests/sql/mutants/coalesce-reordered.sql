-- original
select coalesce(sent_at, ordered_at) as at_last from orders

-- mutant: `COALESCE(sent_at, ordered_at)` became `COALESCE(ordered_at, sent_at)` in the column `at_last` of the final query.
SELECT COALESCE(ordered_at, sent_at) AS at_last FROM orders

-- original: a constant first would be all there is
select coalesce(status, 'none') as status from orders
