-- original
select sum(amount) over (partition by customer_id, status order by id) as total from orders

-- mutant: `customer_id` was dropped from the keys of the window in the column `total` of the final query.
SELECT SUM(amount) OVER (PARTITION BY status ORDER BY id) AS total FROM orders

-- mutant: `status` was dropped from the keys of the window in the column `total` of the final query.
SELECT SUM(amount) OVER (PARTITION BY customer_id ORDER BY id) AS total FROM orders

-- original
select row_number() over (partition by customer_id order by id) as n from orders

-- mutant: `customer_id` was dropped from the keys of the window in the column `n` of the final query.
SELECT ROW_NUMBER() OVER (ORDER BY id) AS n FROM orders
