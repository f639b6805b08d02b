-- original
select id from customers where name like 'A%'

-- mutant: `name LIKE 'A%'` became `name ILIKE 'A%'` in the filter of the final query.
SELECT id FROM customers WHERE name ILIKE 'A%'

-- original
select id from customers where name not ilike '%test%'

-- mutant: `name NOT ILIKE '%test%'` became `name NOT LIKE '%test%'` in the filter of the final query.
SELECT id FROM customers WHERE name NOT LIKE '%test%'

-- original: no letters
select id from customers where name like '1%'
