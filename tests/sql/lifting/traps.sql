-- division of integers
SELECT id, x / 2 AS half, x // 2 AS whole, x % 2 AS rest FROM t;
-- division by zero
SELECT id, x / (x - 1) AS q FROM t;
-- three-valued CASE
SELECT id, CASE WHEN x > 1 THEN 'high' WHEN NOT x > 1 THEN 'low' ELSE 'unknown' END AS c FROM t;
-- CASE without ELSE, with a value
SELECT id, CASE s WHEN 'a' THEN 1 WHEN NULL THEN 2 END AS c FROM t;
-- a default that is also a value
SELECT coalesce(s, 'a') AS s, count(*) AS n FROM t GROUP BY coalesce(s, 'a');
-- NULL is not equal
SELECT a.id FROM t AS a JOIN t AS b ON a.s = b.s;
-- NULL is not distinct
SELECT a.id FROM t AS a JOIN t AS b ON a.s IS NOT DISTINCT FROM b.s;
-- a WHERE that undoes a left join
SELECT t.id, u.y FROM t LEFT JOIN u ON t.id = u.id WHERE u.y > 1;
-- sums that joins repeat
SELECT t.s, sum(t.x) AS total FROM t LEFT JOIN u ON t.id = u.id GROUP BY t.s;
-- casts
SELECT CAST(x AS DECIMAL(10, 2)) AS a, CAST(d AS VARCHAR) AS b, CAST(b AS INTEGER) AS c, TRY_CAST(s AS INTEGER) AS d FROM t;
-- dates
SELECT d + INTERVAL 1 MONTH AS a, date_trunc('month', d) AS b, extract(year FROM d) AS c, d - DATE '2020-01-01' AS n FROM t;
-- aliases used in the same SELECT
SELECT id, x + 1 AS y, y * 2 AS z FROM t WHERE y > 1;
-- an alias that hides a column only where the column is not
SELECT x + 1 AS x, id FROM t WHERE x > 1;
-- duplicates stay
SELECT s FROM t;
-- an empty derived table
SELECT t.id, q.y FROM t LEFT JOIN (SELECT id, y FROM u WHERE false) AS q ON q.id = t.id;
-- averages of nothing
SELECT avg(x) AS a, sum(x) / count(*) AS b FROM t WHERE x > 100;
-- a floating sum
SELECT k, sum(w / 3) AS s, avg(w) AS a FROM v GROUP BY k;
-- text
SELECT upper(s) || '-' || s AS a, length(s) AS n, s LIKE 'a%' AS b, replace(s, 'a', 'x') AS r FROM t;
-- a table with the name of a column
SELECT s.s FROM t AS s;
-- conditions on constants only
SELECT id FROM t WHERE 1 = 1 AND NOT false;
-- a scalar subquery that may have two rows, fails
SELECT id, (SELECT y FROM u WHERE u.id = t.id) AS y FROM t;
-- a cast that may fail, fails
SELECT CAST(s AS INTEGER) AS n FROM t;
-- an error that is raised for some rows, fails
SELECT CASE WHEN x > 2 THEN error('too large') ELSE x END AS x FROM t;
