-- original
select amount - discount as net, price / 100.0 as euros, ordered_on + interval 7 day as due from orders

-- mutant: `amount - discount` became `amount` in the column `net` of the final query.
SELECT amount AS net, price / 100.0 AS euros, ordered_on + INTERVAL '7' DAY AS due FROM orders

-- mutant: `price / 100.0` became `price` in the column `euros` of the final query.
SELECT amount - discount AS net, price AS euros, ordered_on + INTERVAL '7' DAY AS due FROM orders

-- mutant: `ordered_on + INTERVAL '7' DAY` became `ordered_on` in the column `due` of the final query.
SELECT amount - discount AS net, price / 100.0 AS euros, ordered_on AS due FROM orders

-- original
select price // 100 as a from orders

-- mutant: `price // 100` became `price` in the column `a` of the final query.
SELECT price AS a FROM orders

-- original: a date is no number
select sent_on - ordered_on as days from orders
