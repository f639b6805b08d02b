-- original
select c.id, count(*) as n from customers as c left join orders as o on o.customer_id = c.id group by c.id

-- mutant: `COUNT(*)` became `COUNT(o.customer_id)` in the column `n` of the final query.
SELECT c.id, COUNT(o.customer_id) AS n FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id GROUP BY c.id

-- original: every row has a match
select c.id, count(*) as n from customers as c join orders as o on o.customer_id = c.id group by c.id
