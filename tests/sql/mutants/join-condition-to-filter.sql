-- original
select o.id, c.name from orders as o left join customers as c on o.customer_id = c.id and c.is_paid where o.amount > 0 or o.is_paid

-- mutant: `c.is_paid` went to the filter from the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id WHERE (o.amount > 0 OR o.is_paid) AND c.is_paid

-- original
select o.id, c.name from orders as o left join customers as c on o.customer_id = c.id and (c.is_paid or c.name = 'x')

-- mutant: `(c.is_paid OR c.name = 'x')` went to the filter from the join with `c` of the final query.
SELECT o.id, c.name FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id WHERE (c.is_paid OR c.name = 'x')

-- original: an inner join
select o.id from orders as o join customers as c on o.customer_id = c.id and c.is_paid

-- original: of both sides, or of the left one
select o.id from orders as o left join customers as c on o.customer_id = c.id and c.is_paid = o.is_paid and o.is_paid
