-- original
select id from orders where is_paid and amount > 0 or is_returned

-- mutant: `AND` became `OR` in the filter of the final query.
SELECT id FROM orders WHERE is_paid OR amount > 0 OR is_returned

-- mutant: `OR` became `AND` in the filter of the final query.
SELECT id FROM orders WHERE is_paid AND amount > 0 AND is_returned

-- original
select id from orders where not (is_paid and is_returned)

-- mutant: `AND` became `OR` in the filter of the final query.
SELECT id FROM orders WHERE NOT (is_paid OR is_returned)

-- original
select is_paid and is_returned or amount = 0 as flag from orders

-- mutant: `AND` became `OR` in the column `flag` of the final query.
SELECT is_paid OR is_returned OR amount = 0 AS flag FROM orders

-- mutant: `OR` became `AND` in the column `flag` of the final query.
SELECT is_paid AND is_returned AND amount = 0 AS flag FROM orders

-- original
select o.id from orders as o left join customers as c on o.customer_id = c.id and c.name = 'x'

-- mutant: `AND` became `OR` in the join with `c` of the final query.
SELECT o.id FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.id OR c.name = 'x'
