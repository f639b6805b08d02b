-- original
select coalesce(status, 'none') as status from orders where channel = 'web' and status in ('a', 'b')

-- mutant: `'none'` became `'nonex'` in the column `status` of the final query.
SELECT COALESCE(status, 'nonex') AS status FROM orders WHERE channel = 'web' AND status IN ('a', 'b')

-- mutant: `'web'` became `'webx'` in the filter of the final query.
SELECT COALESCE(status, 'none') AS status FROM orders WHERE channel = 'webx' AND status IN ('a', 'b')

-- mutant: `'a'` became `'ax'` in the filter of the final query.
SELECT COALESCE(status, 'none') AS status FROM orders WHERE channel = 'web' AND status IN ('ax', 'b')

-- mutant: `'b'` became `'bx'` in the filter of the final query.
SELECT COALESCE(status, 'none') AS status FROM orders WHERE channel = 'web' AND status IN ('a', 'bx')

-- original
select case when amount > 5 then 'high' else 'low' end as band, 'orders' as origin, status || '-' || channel as both from orders

-- mutant: `'high'` became `'highx'` in the column `band` of the final query.
SELECT CASE WHEN amount > 5 THEN 'highx' ELSE 'low' END AS band, 'orders' AS origin, status || '-' || channel AS "both" FROM orders

-- mutant: `'low'` became `'lowx'` in the column `band` of the final query.
SELECT CASE WHEN amount > 5 THEN 'high' ELSE 'lowx' END AS band, 'orders' AS origin, status || '-' || channel AS "both" FROM orders

-- mutant: `'orders'` became `'ordersx'` in the column `origin` of the final query.
SELECT CASE WHEN amount > 5 THEN 'high' ELSE 'low' END AS band, 'ordersx' AS origin, status || '-' || channel AS "both" FROM orders

-- mutant: `'-'` became `'-x'` in the column `both` of the final query.
SELECT CASE WHEN amount > 5 THEN 'high' ELSE 'low' END AS band, 'orders' AS origin, status || '-x' || channel AS "both" FROM orders

-- original
select id from orders where status = '1'

-- mutant: `'1'` became `'1x'` in the filter of the final query.
SELECT id FROM orders WHERE status = '1x'

-- original: formats, units, patterns, dates
select strftime(ordered_at, '%Y') as y, date_trunc('month', ordered_at) as m, string_agg(status, ',') as s from orders where status like 'a%' and ordered_on > '2024-01-01' group by all
