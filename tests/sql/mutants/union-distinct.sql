-- original
select id from orders union all select id from returns

-- mutant: `UNION ALL` became `UNION` in the final query.
SELECT id FROM orders UNION SELECT id FROM returns

-- original
select id from orders union select id from returns

-- mutant: `UNION` became `UNION ALL` in the final query.
SELECT id FROM orders UNION ALL SELECT id FROM returns

-- original: the UNION above drops what repeats below
select id from customers union (select id from orders union all select id from returns)

-- mutant: `UNION` became `UNION ALL` in the final query.
SELECT id FROM customers UNION ALL (SELECT id FROM orders UNION ALL SELECT id FROM returns)
