-- original
select case when amount > 9 then 'high' when amount > 5 then 'middle' else 'low' end as band from orders

-- mutant: The branch `WHEN amount > 9` was dropped from the column `band` of the final query.
SELECT CASE WHEN amount > 5 THEN 'middle' ELSE 'low' END AS band FROM orders

-- mutant: The branch `WHEN amount > 5` was dropped from the column `band` of the final query.
SELECT CASE WHEN amount > 9 THEN 'high' ELSE 'low' END AS band FROM orders

-- original
select case status when 'a' then 1 when 'b' then 2 end as code from orders

-- mutant: The branch `WHEN 'a'` was dropped from the column `code` of the final query.
SELECT CASE status WHEN 'b' THEN 2 END AS code FROM orders

-- mutant: The branch `WHEN 'b'` was dropped from the column `code` of the final query.
SELECT CASE status WHEN 'a' THEN 1 END AS code FROM orders

-- original
select case when amount > 9 then 'high' when amount > 5 then 'low' else 'low' end as band from orders

-- mutant: The branch `WHEN amount > 9` was dropped from the column `band` of the final query.
SELECT CASE WHEN amount > 5 THEN 'low' ELSE 'low' END AS band FROM orders

-- original: nothing would be left
select case when amount > 9 then 'high' else 'low' end as band from orders
