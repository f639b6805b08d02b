-- original
select amount * 100 as cents, price / 100.0 as euros, round(price, 2) as rounded from orders where amount > 9 and discount = 0

-- mutant: `100` became `101` in the column `cents` of the final query.
SELECT amount * 101 AS cents, price / 100.0 AS euros, ROUND(price, 2) AS rounded FROM orders WHERE amount > 9 AND discount = 0

-- mutant: `100.0` became `101.0` in the column `euros` of the final query.
SELECT amount * 100 AS cents, price / 101.0 AS euros, ROUND(price, 2) AS rounded FROM orders WHERE amount > 9 AND discount = 0

-- mutant: `2` became `3` in the column `rounded` of the final query.
SELECT amount * 100 AS cents, price / 100.0 AS euros, ROUND(price, 3) AS rounded FROM orders WHERE amount > 9 AND discount = 0

-- mutant: `9` became `10` in the filter of the final query.
SELECT amount * 100 AS cents, price / 100.0 AS euros, ROUND(price, 2) AS rounded FROM orders WHERE amount > 10 AND discount = 0

-- mutant: `0` became `1` in the filter of the final query.
SELECT amount * 100 AS cents, price / 100.0 AS euros, ROUND(price, 2) AS rounded FROM orders WHERE amount > 9 AND discount = 1

-- original
select case when amount > 0 then 1 else 0 end as flag, coalesce(amount, 0) as amount from orders

-- mutant: `0` became `1` in the column `flag` of the final query.
SELECT CASE WHEN amount > 1 THEN 1 ELSE 0 END AS flag, COALESCE(amount, 0) AS amount FROM orders

-- mutant: `1` became `2` in the column `flag` of the final query.
SELECT CASE WHEN amount > 0 THEN 2 ELSE 0 END AS flag, COALESCE(amount, 0) AS amount FROM orders

-- mutant: `0` became `1` in the column `flag` of the final query.
SELECT CASE WHEN amount > 0 THEN 1 ELSE 1 END AS flag, COALESCE(amount, 0) AS amount FROM orders

-- mutant: `0` became `1` in the column `amount` of the final query.
SELECT CASE WHEN amount > 0 THEN 1 ELSE 0 END AS flag, COALESCE(amount, 1) AS amount FROM orders

-- original
select lag(amount, 1) over (order by id) as before from orders

-- mutant: `1` became `2` in the column `before` of the final query.
SELECT LAG(amount, 2) OVER (ORDER BY id) AS before FROM orders

-- original: positions, sizes, and what is only counted
select status, count(case when is_paid then 1 end) as n, cast(null as decimal(10, 2)) as c from orders where 1 = 1 group by 1 order by 1 limit 10

-- original: of whole numbers, one direction is `comparison-boundary`
select id from orders where 5 < amount and price >= 10 and rate > 0.5

-- mutant: `5` became `6` in the filter of the final query.
SELECT id FROM orders WHERE 6 < amount AND price >= 10 AND rate > 0.5

-- mutant: `10` became `11` in the filter of the final query.
SELECT id FROM orders WHERE 5 < amount AND price >= 11 AND rate > 0.5

-- mutant: `10` became `9` in the filter of the final query.
SELECT id FROM orders WHERE 5 < amount AND price >= 9 AND rate > 0.5

-- mutant: `0.5` became `1.5` in the filter of the final query.
SELECT id FROM orders WHERE 5 < amount AND price >= 10 AND rate > 1.5

-- mutant: `0.5` became `-0.5` in the filter of the final query.
SELECT id FROM orders WHERE 5 < amount AND price >= 10 AND rate > -0.5
