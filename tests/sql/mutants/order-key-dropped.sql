-- original
select rank() over (order by amount desc, id) as place from orders

-- mutant: `amount DESC` was dropped from the order in the column `place` of the final query.
SELECT RANK() OVER (ORDER BY id) AS place FROM orders

-- mutant: `id` was dropped from the order in the column `place` of the final query.
SELECT RANK() OVER (ORDER BY amount DESC) AS place FROM orders

-- original: one key
select rank() over (order by amount) as place from orders
