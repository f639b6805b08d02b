-- original
select id from customers where name like 'A%' or email like '%@x.com' or email like '%test%'

-- mutant: `name LIKE 'A%'` became `name LIKE 'A'` in the filter of the final query.
SELECT id FROM customers WHERE name LIKE 'A' OR email LIKE '%@x.com' OR email LIKE '%test%'

-- mutant: `email LIKE '%@x.com'` became `email LIKE '@x.com'` in the filter of the final query.
SELECT id FROM customers WHERE name LIKE 'A%' OR email LIKE '@x.com' OR email LIKE '%test%'

-- mutant: `email LIKE '%test%'` became `email LIKE '%test'` in the filter of the final query.
SELECT id FROM customers WHERE name LIKE 'A%' OR email LIKE '%@x.com' OR email LIKE '%test'

-- mutant: `email LIKE '%test%'` became `email LIKE 'test%'` in the filter of the final query.
SELECT id FROM customers WHERE name LIKE 'A%' OR email LIKE '%@x.com' OR email LIKE 'test%'

-- original
select id from customers where name like 'Ann'

-- mutant: `name LIKE 'Ann'` became `name LIKE '%Ann%'` in the filter of the final query.
SELECT id FROM customers WHERE name LIKE '%Ann%'

-- original: any text at all
select id from customers where name like '%'
