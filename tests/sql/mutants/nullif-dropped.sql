-- original
select nullif(status, '') as status, amount / nullif(discount, 0) as ratio from orders

-- mutant: `NULLIF(status, '')` became `status` in the column `status` of the final query.
SELECT status AS status, amount / NULLIF(discount, 0) AS ratio FROM orders

-- mutant: `NULLIF(discount, 0)` became `discount` in the column `ratio` of the final query.
SELECT NULLIF(status, '') AS status, amount / discount AS ratio FROM orders
