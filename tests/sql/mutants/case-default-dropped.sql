-- original
select case when is_paid then amount else 0 end as paid_amount from orders

-- mutant: `ELSE 0` was dropped from the column `paid_amount` of the final query.
SELECT CASE WHEN is_paid THEN amount END AS paid_amount FROM orders

-- original
select sum(case when is_paid then 1 else 0 end) as n from orders

-- mutant: `ELSE 0` was dropped from the column `n` of the final query.
SELECT SUM(CASE WHEN is_paid THEN 1 END) AS n FROM orders

-- original: NULL already
select case when is_paid then amount else null end as paid_amount from orders

-- original: NULL already
select case when is_paid then amount end as paid_amount from orders
