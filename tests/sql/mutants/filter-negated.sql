-- original
select id from orders where is_paid or amount = 0

-- mutant: `is_paid OR amount = 0` became `NOT (is_paid OR amount = 0)` in the filter of the final query.
SELECT id FROM orders WHERE NOT (is_paid OR amount = 0)

-- original
select status, sum(amount) as total from orders group by status having sum(amount) > 0 and count(*) > 1

-- mutant: `SUM(amount) > 0 AND COUNT(*) > 1` became `NOT (SUM(amount) > 0 AND COUNT(*) > 1)` in the HAVING filter of the final query.
SELECT status, SUM(amount) AS total FROM orders GROUP BY status HAVING NOT (SUM(amount) > 0 AND COUNT(*) > 1)

-- original: one comparison: `comparison-reversed`
select id from orders where amount > 0
