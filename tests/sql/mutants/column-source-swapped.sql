-- original
select o.id, o.is_paid from orders as o left join customers as c on o.customer_id = c.id

-- mutant: `o.id` became `c.id` in the column `id` of the final query.
SELECT c.id AS id, o.is_paid FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id

-- mutant: `o.is_paid` became `c.is_paid` in the column `is_paid` of the final query.
SELECT o.id, c.is_paid AS is_paid FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id

-- original: equal in every row
select o.id as order_id from orders as o join returns as r on o.id = r.id
