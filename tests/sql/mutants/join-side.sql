-- original
select o.id, c.name from orders as o left join customers as c on o.customer_id = c.id

-- mutant: `LEFT JOIN` became `JOIN` in the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o JOIN customers AS c ON o.customer_id = c.id

-- original
select o.id, c.name from orders as o join customers as c on o.customer_id = c.id

-- mutant: `JOIN` became `LEFT JOIN` in the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id

-- original
select o.id, c.name from orders as o full outer join customers as c on o.customer_id = c.id

-- mutant: `FULL JOIN` became `LEFT JOIN` in the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id

-- mutant: `FULL JOIN` became `JOIN` in the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o JOIN customers AS c ON o.customer_id = c.id

-- original
select id, name from orders left join customers using (id)

-- mutant: `LEFT JOIN` became `JOIN` in the join with `customers` of the final query.
SELECT id, name FROM orders JOIN customers USING (id)

-- original: no side to change
select o.id, c.name from orders as o cross join customers as c

-- original: no side to change
select o.id from orders as o semi join customers as c on o.customer_id = c.id
