-- original
select id from orders as o where exists (select 1 from customers as c where c.id = o.customer_id)

-- mutant: `EXISTS` became `NOT EXISTS` in the filter of the final query.
SELECT id FROM orders AS o WHERE NOT EXISTS(SELECT 1 FROM customers AS c WHERE c.id = o.customer_id)

-- original
select id from orders as o where not exists (select 1 from customers as c where c.id = o.customer_id)

-- mutant: `NOT EXISTS` became `EXISTS` in the filter of the final query.
SELECT id FROM orders AS o WHERE EXISTS(SELECT 1 FROM customers AS c WHERE c.id = o.customer_id)
