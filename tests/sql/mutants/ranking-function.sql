-- original
select row_number() over (order by amount) as a, rank() over (order by amount) as b, dense_rank() over (order by amount) as c from orders

-- mutant: `ROW_NUMBER()` became `RANK()` in the column `a` of the final query.
SELECT RANK() OVER (ORDER BY amount) AS a, RANK() OVER (ORDER BY amount) AS b, DENSE_RANK() OVER (ORDER BY amount) AS c FROM orders

-- mutant: `RANK()` became `DENSE_RANK()` in the column `b` of the final query.
SELECT ROW_NUMBER() OVER (ORDER BY amount) AS a, DENSE_RANK() OVER (ORDER BY amount) AS b, DENSE_RANK() OVER (ORDER BY amount) AS c FROM orders

-- mutant: `DENSE_RANK()` became `RANK()` in the column `c` of the final query.
SELECT ROW_NUMBER() OVER (ORDER BY amount) AS a, RANK() OVER (ORDER BY amount) AS b, RANK() OVER (ORDER BY amount) AS c FROM orders

-- original: no order, no ties to tell
select row_number() over () as n from orders
