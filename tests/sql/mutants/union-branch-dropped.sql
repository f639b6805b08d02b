-- original
with united as (select id, 'o' as origin from orders union all select id, 'r' as origin from returns union all select id, 'c' from customers) select id, origin from united

-- mutant: `SELECT id, 'o' AS origin FROM orders` was dropped from `united`.
WITH united AS (SELECT id, 'r' AS origin FROM returns UNION ALL SELECT id, 'c' FROM customers) SELECT id, origin FROM united

-- mutant: `SELECT id, 'r' AS origin FROM returns` was dropped from `united`.
WITH united AS (SELECT id, 'o' AS origin FROM orders UNION ALL SELECT id, 'c' FROM customers) SELECT id, origin FROM united

-- mutant: `SELECT id, 'c' FROM customers` was dropped from `united`.
WITH united AS (SELECT id, 'o' AS origin FROM orders UNION ALL SELECT id, 'r' AS origin FROM returns) SELECT id, origin FROM united

-- original
with o as (select id from orders) select id from o union all select id from returns

-- mutant: `SELECT id FROM o` was dropped from the final query.
WITH o AS (SELECT id FROM orders) SELECT id FROM returns

-- mutant: `SELECT id FROM returns` was dropped from the final query.
WITH o AS (SELECT id FROM orders) SELECT id FROM o
