-- original
select id from orders where amount > 0 and discount <= 5

-- mutant: `>` became `>=` in the filter of the final query.
SELECT id FROM orders WHERE amount >= 0 AND discount <= 5

-- mutant: `<=` became `<` in the filter of the final query.
SELECT id FROM orders WHERE amount > 0 AND discount < 5

-- original
select id, amount >= 100 as is_big from orders

-- mutant: `>=` became `>` in the column `is_big` of the final query.
SELECT id, amount > 100 AS is_big FROM orders

-- original
select status, count(*) as n from orders group by status having count(*) > 1

-- mutant: `>` became `>=` in the HAVING filter of the final query.
SELECT status, COUNT(*) AS n FROM orders GROUP BY status HAVING COUNT(*) >= 1

-- original: the newest row of another query: `incremental-boundary`
select id from orders where ordered_at > (select max(ordered_at) from loaded)
