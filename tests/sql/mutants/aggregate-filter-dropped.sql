-- original
select count(*) filter (where is_paid) as paid, sum(amount) filter (where not is_paid) as owed from orders

-- mutant: `COUNT(*) FILTER(WHERE is_paid)` became `COUNT(*)` in the column `paid` of the final query.
SELECT COUNT(*) AS paid, SUM(amount) FILTER(WHERE NOT is_paid) AS owed FROM orders

-- mutant: `SUM(amount) FILTER(WHERE NOT is_paid)` became `SUM(amount)` in the column `owed` of the final query.
SELECT COUNT(*) FILTER(WHERE is_paid) AS paid, SUM(amount) AS owed FROM orders
