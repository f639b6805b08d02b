-- original
select coalesce(is_paid, false) as is_paid, case when amount > 0 then true else false end as has_amount from orders

-- mutant: `FALSE` became `TRUE` in the column `is_paid` of the final query.
SELECT COALESCE(is_paid, TRUE) AS is_paid, CASE WHEN amount > 0 THEN TRUE ELSE FALSE END AS has_amount FROM orders

-- mutant: `TRUE` became `FALSE` in the column `has_amount` of the final query.
SELECT COALESCE(is_paid, FALSE) AS is_paid, CASE WHEN amount > 0 THEN FALSE ELSE FALSE END AS has_amount FROM orders

-- mutant: `FALSE` became `TRUE` in the column `has_amount` of the final query.
SELECT COALESCE(is_paid, FALSE) AS is_paid, CASE WHEN amount > 0 THEN TRUE ELSE TRUE END AS has_amount FROM orders

-- original
select id from orders where is_paid is true

-- mutant: `TRUE` became `FALSE` in the filter of the final query.
SELECT id FROM orders WHERE is_paid IS FALSE

-- original: no condition at all
select id from orders where true
