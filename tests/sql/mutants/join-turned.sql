-- original
select o.id, c.name from orders as o left join customers as c on o.customer_id = c.id

-- mutant: `LEFT JOIN` became `RIGHT JOIN` in the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o RIGHT JOIN customers AS c ON o.customer_id = c.id

-- original
select o.id, c.name from orders as o right join customers as c on o.customer_id = c.id

-- mutant: `RIGHT JOIN` became `LEFT JOIN` in the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id
