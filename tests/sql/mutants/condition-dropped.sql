-- original
select id from orders where is_paid and amount > 0 and (channel = 'web' or channel = 'shop')

-- mutant: `is_paid` was dropped from the filter of the final query.
SELECT id FROM orders WHERE amount > 0 AND (channel = 'web' OR channel = 'shop')

-- mutant: `amount > 0` was dropped from the filter of the final query.
SELECT id FROM orders WHERE is_paid AND (channel = 'web' OR channel = 'shop')

-- mutant: `(channel = 'web' OR channel = 'shop')` was dropped from the filter of the final query.
SELECT id FROM orders WHERE is_paid AND amount > 0

-- mutant: `channel = 'web'` was dropped from the filter of the final query.
SELECT id FROM orders WHERE is_paid AND amount > 0 AND (channel = 'shop')

-- mutant: `channel = 'shop'` was dropped from the filter of the final query.
SELECT id FROM orders WHERE is_paid AND amount > 0 AND (channel = 'web')

-- original
select id from orders where 1 = 1 and is_paid

-- mutant: `is_paid` was dropped from the filter of the final query.
SELECT id FROM orders WHERE 1 = 1

-- original
select case when is_paid or is_returned then 1 else 0 end as n from orders

-- mutant: `is_paid` was dropped from the column `n` of the final query.
SELECT CASE WHEN is_returned THEN 1 ELSE 0 END AS n FROM orders

-- mutant: `is_returned` was dropped from the column `n` of the final query.
SELECT CASE WHEN is_paid THEN 1 ELSE 0 END AS n FROM orders

-- original: the other one is the same
select id from orders where is_paid and is_paid

-- original: without a window there is no QUALIFY, which therefore keeps its own
select id from orders qualify row_number() over (partition by id order by ordered_at) = 1 and id > 0

-- mutant: `id > 0` was dropped from the QUALIFY filter of the final query.
SELECT id FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY ordered_at) = 1
