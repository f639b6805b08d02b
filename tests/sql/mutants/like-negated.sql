-- original
select id from customers where name like 'A%'

-- mutant: `LIKE` became `NOT LIKE` in the filter of the final query.
SELECT id FROM customers WHERE NOT name LIKE 'A%'

-- original
select id from customers where name not ilike '%test%'

-- mutant: `NOT ILIKE` became `ILIKE` in the filter of the final query.
SELECT id FROM customers WHERE name ILIKE '%test%'
