-- original
select round(price / 3, 2) as third from orders

-- mutant: `ROUND(price / 3, 2)` became `price / 3` in the column `third` of the final query.
SELECT price / 3 AS third FROM orders

-- original: nothing to round
select round(amount, 2) as amount from orders
