-- original
select customer_id, sum(amount) as total, avg(amount) as typical from orders group by customer_id

-- mutant: `SUM(amount)` became `AVG(amount)` in the column `total` of the final query.
SELECT customer_id, AVG(amount) AS total, AVG(amount) AS typical FROM orders GROUP BY customer_id

-- mutant: `AVG(amount)` became `SUM(amount)` in the column `typical` of the final query.
SELECT customer_id, SUM(amount) AS total, SUM(amount) AS typical FROM orders GROUP BY customer_id
