-- original
select id from orders where is_paid and amount > 0

-- mutant: `is_paid` became `NOT is_paid` in the filter of the final query.
SELECT id FROM orders WHERE NOT is_paid AND amount > 0

-- original
select case when is_paid then amount end as paid_amount from orders

-- mutant: `is_paid` became `NOT is_paid` in the column `paid_amount` of the final query.
SELECT CASE WHEN NOT is_paid THEN amount END AS paid_amount FROM orders

-- original: a value, no condition
select is_paid from orders
