-- original
select amount + discount as a, amount - discount as b, amount * 2 as c, price / 100 as d from orders

-- mutant: `+` became `-` in the column `a` of the final query.
SELECT amount - discount AS a, amount - discount AS b, amount * 2 AS c, price / 100 AS d FROM orders

-- mutant: `-` became `+` in the column `b` of the final query.
SELECT amount + discount AS a, amount + discount AS b, amount * 2 AS c, price / 100 AS d FROM orders

-- mutant: `*` became `/` in the column `c` of the final query.
SELECT amount + discount AS a, amount - discount AS b, amount / 2 AS c, price / 100 AS d FROM orders

-- mutant: `/` became `*` in the column `d` of the final query.
SELECT amount + discount AS a, amount - discount AS b, amount * 2 AS c, price * 100 AS d FROM orders

-- original
select price // 100 as a from orders

-- mutant: `//` became `*` in the column `a` of the final query.
SELECT price * 100 AS a FROM orders

-- original
select ordered_on + interval 7 day as due from orders

-- mutant: `+` became `-` in the column `due` of the final query.
SELECT ordered_on - INTERVAL '7' DAY AS due FROM orders

-- original
select amount - discount - 1 as a from orders

-- mutant: `-` became `+` in the column `a` of the final query.
SELECT amount + discount - 1 AS a FROM orders

-- mutant: `-` became `+` in the column `a` of the final query.
SELECT amount - discount + 1 AS a FROM orders

-- original: a span of time: dates are not added up
select sent_on - ordered_on as days from orders
