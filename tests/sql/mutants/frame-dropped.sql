-- original
select sum(amount) over (order by id rows between 6 preceding and current row) as week from orders

-- mutant: `rows BETWEEN 6 preceding AND CURRENT ROW` was dropped from the column `week` of the final query.
SELECT SUM(amount) OVER (ORDER BY id) AS week FROM orders
