-- original
select id from orders where status = 'paid' order by id

-- mutant: `WHERE status = 'paid'` was dropped from the final query.
SELECT id FROM orders ORDER BY id

-- original
with paid as (select id from orders where is_paid or amount = 0) select id from paid

-- mutant: `WHERE is_paid OR amount = 0` was dropped from `paid`.
WITH paid AS (SELECT id FROM orders) SELECT id FROM paid

-- original: each of several: `condition-dropped`
select id from orders where is_paid and amount > 0

-- original: nothing is filtered
select id from orders where true
