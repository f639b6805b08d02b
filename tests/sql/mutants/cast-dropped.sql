-- original
select cast(ordered_at as date) as day, count(*) as n from orders group by cast(ordered_at as date)

-- mutant: `CAST(ordered_at AS DATE)` became `ordered_at` in the column `day` of the final query.
SELECT ordered_at AS day, COUNT(*) AS n FROM orders GROUP BY ordered_at

-- original
select cast(rate as integer) as rate, cast(price as double) as price from orders

-- mutant: `CAST(rate AS INT)` became `rate` in the column `rate` of the final query.
SELECT rate AS rate, CAST(price AS DOUBLE) AS price FROM orders

-- original: what is needed elsewhere
select cast(sent_at as date) - cast(ordered_at as date) as days, cast(status as integer) as code from orders
