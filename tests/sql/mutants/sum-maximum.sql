-- original
select customer_id, sum(amount) as total from orders group by customer_id

-- mutant: `SUM(amount)` became `MAX(amount)` in the column `total` of the final query.
SELECT customer_id, MAX(amount) AS total FROM orders GROUP BY customer_id

-- original: one value of each kind
select sum(distinct amount) as total from orders
