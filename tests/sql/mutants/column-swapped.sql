-- original
select customer_id as buyer, ordered_on as day, count(*) as n from orders where sent_at > timestamp '2024-01-01 00:00:00' group by customer_id, ordered_on

-- mutant: `customer_id` became `id` in the column `buyer` of the final query.
SELECT id AS buyer, ordered_on AS day, COUNT(*) AS n FROM orders WHERE sent_at > CAST('2024-01-01 00:00:00' AS TIMESTAMP) GROUP BY id, ordered_on

-- mutant: `ordered_on` became `sent_on` in the column `day` of the final query.
SELECT customer_id AS buyer, sent_on AS day, COUNT(*) AS n FROM orders WHERE sent_at > CAST('2024-01-01 00:00:00' AS TIMESTAMP) GROUP BY customer_id, sent_on

-- mutant: `sent_at` became `ordered_at` in the filter of the final query.
SELECT customer_id AS buyer, ordered_on AS day, COUNT(*) AS n FROM orders WHERE ordered_at > CAST('2024-01-01 00:00:00' AS TIMESTAMP) GROUP BY customer_id, ordered_on

-- original
with o as (select id, ordered_on, sent_on from orders) select id, o.sent_on - o.ordered_on as days from o

-- mutant: `o.sent_on` became `o.ordered_on` in the column `days` of the final query.
WITH o AS (SELECT id, ordered_on, sent_on FROM orders) SELECT id, o.ordered_on - o.ordered_on AS days FROM o

-- mutant: `o.ordered_on` became `o.sent_on` in the column `days` of the final query.
WITH o AS (SELECT id, ordered_on, sent_on FROM orders) SELECT id, o.sent_on - o.sent_on AS days FROM o

-- original: passed on under its own name
select customer_id, ordered_on, status as status from orders

-- original: no other of its type
select created_on as day from customers where created_on > date '2024-01-01'
