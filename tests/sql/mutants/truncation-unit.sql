-- original
select date_trunc('day', ordered_at) as d, date_trunc('year', ordered_at) as y, count(*) as n from orders group by date_trunc('day', ordered_at), 2

-- mutant: `DATE_TRUNC('DAY', ordered_at)` became `DATE_TRUNC('WEEK', ordered_at)` in the column `d` of the final query.
SELECT DATE_TRUNC('WEEK', ordered_at) AS d, DATE_TRUNC('YEAR', ordered_at) AS y, COUNT(*) AS n FROM orders GROUP BY DATE_TRUNC('WEEK', ordered_at), 2

-- mutant: `DATE_TRUNC('YEAR', ordered_at)` became `DATE_TRUNC('MONTH', ordered_at)` in the column `y` of the final query.
SELECT DATE_TRUNC('DAY', ordered_at) AS d, DATE_TRUNC('MONTH', ordered_at) AS y, COUNT(*) AS n FROM orders GROUP BY DATE_TRUNC('DAY', ordered_at), 2
