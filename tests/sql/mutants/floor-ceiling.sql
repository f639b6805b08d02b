-- original
select floor(price) as low, ceil(rate) as high from orders

-- mutant: `FLOOR(price)` became `CEIL(price)` in the column `low` of the final query.
SELECT CEIL(price) AS low, CEIL(rate) AS high FROM orders

-- mutant: `CEIL(rate)` became `FLOOR(rate)` in the column `high` of the final query.
SELECT FLOOR(price) AS low, FLOOR(rate) AS high FROM orders
