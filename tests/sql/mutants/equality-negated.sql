-- original
select id from orders where status = 'paid' or channel <> 'web'

-- mutant: `=` became `<>` in the filter of the final query.
SELECT id FROM orders WHERE status <> 'paid' OR channel <> 'web'

-- mutant: `<>` became `=` in the filter of the final query.
SELECT id FROM orders WHERE status = 'paid' OR channel = 'web'

-- original
select count(*) filter (where status = 'paid') as n from orders

-- mutant: `=` became `<>` in the column `n` of the final query.
SELECT COUNT(*) FILTER(WHERE status <> 'paid') AS n FROM orders

-- original: the keys of a join are left alone
select o.id from orders as o join customers as c on o.customer_id = c.id

-- original: 1 = 1 compares nothing
select id from orders where 1 = 1
