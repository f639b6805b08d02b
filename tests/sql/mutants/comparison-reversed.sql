-- original
select id from orders where amount > discount

-- mutant: `>` became `<` in the filter of the final query.
SELECT id FROM orders WHERE amount < discount

-- original
select case when amount <= 10 then 'small' else 'big' end as size from orders

-- mutant: `<=` became `>=` in the column `size` of the final query.
SELECT CASE WHEN amount >= 10 THEN 'small' ELSE 'big' END AS size FROM orders
