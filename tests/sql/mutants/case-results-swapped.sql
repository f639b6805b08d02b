-- original
select case when amount > 9 then 'high' when amount > 5 then 'middle' else 'low' end as band from orders

-- mutant: The results `'high'` and `'middle'` changed places in the column `band` of the final query.
SELECT CASE WHEN amount > 9 THEN 'middle' WHEN amount > 5 THEN 'high' ELSE 'low' END AS band FROM orders

-- mutant: The results `'middle'` and `'low'` changed places in the column `band` of the final query.
SELECT CASE WHEN amount > 9 THEN 'high' WHEN amount > 5 THEN 'low' ELSE 'middle' END AS band FROM orders

-- original
select case when amount > 9 then discount when amount > 5 then amount + 1 end as x from orders

-- mutant: The results `discount` and `amount + 1` changed places in the column `x` of the final query.
SELECT CASE WHEN amount > 9 THEN amount + 1 WHEN amount > 5 THEN discount END AS x FROM orders
