-- original
select id from orders

-- mutant: `orders` became `returns AS orders` in the sources of the final query.
SELECT id FROM returns AS orders

-- original
select orders.id from orders join returns as r on orders.id = r.id

-- mutant: `orders` became `returns AS orders` in the sources of the final query.
SELECT orders.id FROM returns AS orders JOIN returns AS r ON orders.id = r.id

-- mutant: `returns AS r` became `orders AS r` in the join with `r` of the final query.
SELECT orders.id FROM orders JOIN orders AS r ON orders.id = r.id

-- original
with o as (select id from orders), r as (select id from returns), c as (select id, name from customers) select o.id from o

-- mutant: `orders` became `returns AS orders` in the sources of `o`.
WITH o AS (SELECT id FROM returns AS orders), r AS (SELECT id FROM returns), c AS (SELECT id, name FROM customers) SELECT o.id FROM o

-- mutant: `returns` became `orders AS returns` in the sources of `r`.
WITH o AS (SELECT id FROM orders), r AS (SELECT id FROM orders AS returns), c AS (SELECT id, name FROM customers) SELECT o.id FROM o

-- mutant: `o` became `r AS o` in the sources of the final query.
WITH o AS (SELECT id FROM orders), r AS (SELECT id FROM returns), c AS (SELECT id, name FROM customers) SELECT o.id FROM r AS o

-- original: no other with its columns
select id from customers
