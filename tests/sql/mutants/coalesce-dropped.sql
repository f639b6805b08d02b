-- original
select coalesce(status, 'none') as status, coalesce(amount, 0) + 1 as more from orders

-- mutant: `COALESCE(status, 'none')` became `status` in the column `status` of the final query.
SELECT status AS status, COALESCE(amount, 0) + 1 AS more FROM orders

-- mutant: `COALESCE(amount, 0)` became `amount` in the column `more` of the final query.
SELECT COALESCE(status, 'none') AS status, amount + 1 AS more FROM orders

-- original
select coalesce(amount + discount, 0) * 2 as doubled from orders

-- mutant: `COALESCE(amount + discount, 0)` became `amount + discount` in the column `doubled` of the final query.
SELECT (amount + discount) * 2 AS doubled FROM orders
