-- original
select o.id from orders as o join customers as c on o.customer_id = c.referrer_id

-- mutant: `o.customer_id = c.referrer_id` became `o.customer_id IS NOT DISTINCT FROM c.referrer_id` in the join with `c` of the final query.
SELECT o.id FROM orders AS o JOIN customers AS c ON o.customer_id IS NOT DISTINCT FROM c.referrer_id

-- original
select id from orders where status <> 'paid'

-- mutant: `status <> 'paid'` became `status IS DISTINCT FROM 'paid'` in the filter of the final query.
SELECT id FROM orders WHERE status IS DISTINCT FROM 'paid'

-- original
select status = 'paid' as is_done from orders

-- mutant: `status = 'paid'` became `status IS NOT DISTINCT FROM 'paid'` in the column `is_done` of the final query.
SELECT status IS NOT DISTINCT FROM 'paid' AS is_done FROM orders

-- original: NULL and FALSE are the same to a filter
select id from orders where status = 'paid' and (channel = 'web' or amount = 3)
