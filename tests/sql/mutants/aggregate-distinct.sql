-- original
select count(customer_id) as n, count(distinct customer_id) as m, sum(amount) as total from orders

-- mutant: `COUNT(customer_id)` became `COUNT(DISTINCT customer_id)` in the column `n` of the final query.
SELECT COUNT(DISTINCT customer_id) AS n, COUNT(DISTINCT customer_id) AS m, SUM(amount) AS total FROM orders

-- mutant: `COUNT(DISTINCT customer_id)` became `COUNT(customer_id)` in the column `m` of the final query.
SELECT COUNT(customer_id) AS n, COUNT(customer_id) AS m, SUM(amount) AS total FROM orders

-- mutant: `SUM(amount)` became `SUM(DISTINCT amount)` in the column `total` of the final query.
SELECT COUNT(customer_id) AS n, COUNT(DISTINCT customer_id) AS m, SUM(DISTINCT amount) AS total FROM orders

-- original: rows, constants and windows
select count(*) as n, count(1) as m from orders

-- original: rows, constants and windows
select sum(amount) over (partition by customer_id) as total from orders

-- original: the greatest is the greatest
select max(amount) as most, min(distinct amount) as least from orders
