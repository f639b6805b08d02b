-- original
select customer_id, status from orders

-- mutant: `SELECT` became `SELECT DISTINCT` in the final query.
SELECT DISTINCT customer_id, status FROM orders

-- original
with all_orders as (select id from orders union all select id from returns) select id from all_orders

-- mutant: `SELECT` became `SELECT DISTINCT` in the final query.
WITH all_orders AS (SELECT id FROM orders UNION ALL SELECT id FROM returns) SELECT DISTINCT id FROM all_orders

-- mutant: `SELECT` became `SELECT DISTINCT` in `all_orders`.
WITH all_orders AS (SELECT DISTINCT id FROM orders UNION ALL SELECT id FROM returns) SELECT id FROM all_orders

-- mutant: `SELECT` became `SELECT DISTINCT` in `all_orders`.
WITH all_orders AS (SELECT id FROM orders UNION ALL SELECT DISTINCT id FROM returns) SELECT id FROM all_orders

-- original: UNION drops what repeats
select id from orders union select id from returns

-- original: nothing repeats in groups
select status, count(*) as n from orders group by status
