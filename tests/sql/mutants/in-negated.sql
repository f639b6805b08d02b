-- original
select id from orders where status in ('paid', 'sent')

-- mutant: `IN` became `NOT IN` in the filter of the final query.
SELECT id FROM orders WHERE NOT status IN ('paid', 'sent')

-- original
select id from orders where customer_id not in (select id from customers)

-- mutant: `NOT IN` became `IN` in the filter of the final query.
SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers)
