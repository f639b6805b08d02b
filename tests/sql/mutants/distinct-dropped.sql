-- original
select distinct customer_id from orders

-- mutant: `SELECT DISTINCT` became `SELECT` in the final query.
SELECT customer_id FROM orders

-- original
select distinct on (customer_id) customer_id, status from orders order by customer_id, ordered_at

-- mutant: `SELECT DISTINCT ON (customer_id)` became `SELECT` in the final query.
SELECT customer_id, status FROM orders ORDER BY customer_id, ordered_at

-- original: IN asks whether, not how often
select id from customers where id in (select distinct customer_id from orders)
