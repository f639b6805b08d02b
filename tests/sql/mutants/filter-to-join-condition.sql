-- original
select o.id, c.name from orders as o left join customers as c on o.customer_id = c.id where c.is_paid and o.amount > 0

-- mutant: `c.is_paid` went to the join with `c` from the filter of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id AND c.is_paid WHERE o.amount > 0

-- original
select o.id, c.name from orders as o left join customers as c on o.customer_id = c.id where c.is_paid or c.name = 'x'

-- mutant: `c.is_paid OR c.name = 'x'` went to the join with `c` from the filter of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id AND (c.is_paid OR c.name = 'x')

-- original: an inner join
select o.id from orders as o join customers as c on o.customer_id = c.id where c.is_paid
