-- original
select lag(amount, 2) over (order by id) as before, lead(amount) over (order by id) as after, first_value(amount) over (order by id) as first from orders

-- mutant: `LAG(amount, 2)` became `LEAD(amount, 2)` in the column `before` of the final query.
SELECT LEAD(amount, 2) OVER (ORDER BY id) AS before, LEAD(amount) OVER (ORDER BY id) AS after, FIRST_VALUE(amount) OVER (ORDER BY id) AS first FROM orders

-- mutant: `LEAD(amount)` became `LAG(amount)` in the column `after` of the final query.
SELECT LAG(amount, 2) OVER (ORDER BY id) AS before, LAG(amount) OVER (ORDER BY id) AS after, FIRST_VALUE(amount) OVER (ORDER BY id) AS first FROM orders

-- mutant: `FIRST_VALUE(amount)` became `LAST_VALUE(amount)` in the column `first` of the final query.
SELECT LAG(amount, 2) OVER (ORDER BY id) AS before, LEAD(amount) OVER (ORDER BY id) AS after, LAST_VALUE(amount) OVER (ORDER BY id) AS first FROM orders
