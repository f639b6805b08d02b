-- original
select case when amount > 9 then 'high' when amount > 5 then 'middle' when is_paid then 'paid' end as band from orders

-- mutant: `WHEN amount > 5` went before `WHEN amount > 9` in the column `band` of the final query.
SELECT CASE WHEN amount > 5 THEN 'middle' WHEN amount > 9 THEN 'high' WHEN is_paid THEN 'paid' END AS band FROM orders

-- mutant: `WHEN is_paid` went before `WHEN amount > 5` in the column `band` of the final query.
SELECT CASE WHEN amount > 9 THEN 'high' WHEN is_paid THEN 'paid' WHEN amount > 5 THEN 'middle' END AS band FROM orders

-- original: never both
select case when status = 'a' then 1 when status = 'b' then 2 end as code from orders

-- original: never both
select case status when 'a' then 1 when 'b' then 2 end as code from orders

-- original: the same either way
select case when amount > 9 then 'x' when amount > 5 then 'x' else 'y' end as band from orders
