-- no groups: an empty database has one row
SELECT count(*) AS n, sum(x) AS s, min(d) AS first, max(s) AS last FROM t;
-- no groups, nothing left
SELECT count(*) AS n, sum(x) AS s FROM t WHERE false;
-- no groups, HAVING
SELECT count(*) AS n FROM t WHERE x > 1 HAVING count(*) > 1;
-- HAVING alone
SELECT 1 AS one FROM t HAVING max(x) > 1;
-- by name
SELECT id, count(*) AS n, avg(x) AS mean FROM t GROUP BY id;
-- by number
SELECT id, s, sum(x) AS total FROM t GROUP BY 1, 2;
-- by alias
SELECT x + 1 AS y, count(*) AS n FROM t GROUP BY y;
-- ALL
SELECT id, s, sum(x) AS total FROM t GROUP BY ALL;
-- ALL without an aggregate is DISTINCT
SELECT id, s FROM t GROUP BY ALL;
-- ALL without a key is one row
SELECT sum(x) AS total FROM t GROUP BY ALL;
-- ROLLUP has a grand total of nothing
SELECT id, s, sum(x) AS total FROM t GROUP BY ROLLUP (id, s);
-- CUBE with GROUPING
SELECT id, s, sum(x) AS total, grouping(id) AS g FROM t GROUP BY CUBE (id, s);
-- GROUPING SETS with the empty one
SELECT id, s, count(*) AS n FROM t GROUP BY GROUPING SETS ((id), (s), ());
-- GROUPING SETS without
SELECT id, s, count(*) AS n FROM t GROUP BY GROUPING SETS ((id), (id, s));
-- HAVING with a subquery
SELECT s, sum(x) AS total FROM t GROUP BY s HAVING sum(x) > (SELECT avg(y) FROM u WHERE u.s = t.s);
-- HAVING with EXISTS
SELECT count(*) AS n FROM t HAVING EXISTS (SELECT 1 FROM u);
-- FILTER
SELECT id, sum(x) FILTER (WHERE s = 'a') AS a, sum(x) FILTER (WHERE s <> 'a') AS b FROM t GROUP BY id;
-- FILTER with a subquery
SELECT max(id) FILTER (WHERE x > (SELECT min(y) FROM u)) AS m FROM t;
-- DISTINCT within
SELECT s, count(DISTINCT id) AS n, sum(DISTINCT x) AS total FROM t GROUP BY s;
-- aggregates of aggregates
SELECT sum(n) AS n, max(total) AS m FROM (SELECT id, count(*) AS n, sum(x) AS total FROM t GROUP BY id) AS g;
-- aggregates of nothing, added up
SELECT sum(c) AS c FROM (SELECT count(*) AS c FROM t UNION ALL SELECT count(*) FROM u) AS g;
-- median and quantiles
SELECT median(x) AS a, quantile_cont(x, 0.5) AS b, stddev(x) AS c FROM t;
-- boolean and bits
SELECT bool_and(b) AS a, bool_or(b) AS o, bit_or(x) AS bits, histogram(x) AS h FROM t;
-- every column
SELECT min(COLUMNS(*)) FROM (SELECT id, x FROM t) AS q;
-- ordered by what they take
SELECT id, list(x ORDER BY x) AS l FROM t GROUP BY id;
-- ordered by something else, open: aggregate-order
SELECT id, list(x ORDER BY d) AS l, string_agg(s, ',' ORDER BY d DESC) AS names FROM t GROUP BY id;
-- the first of any, open: aggregate-order
SELECT id, first(x) AS f, last(x) AS l, any_value(s) AS a, mode(s) AS m FROM t GROUP BY id;
-- the row with the largest, open: aggregate-order
SELECT s, arg_max(id, x) AS best, min_by(id, d) AS earliest FROM t GROUP BY s;
-- distinct values as a list, open: aggregate-order
SELECT list(DISTINCT x) AS l, string_agg(DISTINCT s, '|') AS names FROM t;
-- distinct values in order
SELECT list(DISTINCT x ORDER BY x DESC) AS l FROM t;
-- lists of structs, open: aggregate-order
SELECT id, list({'x': x, 's': s}) AS l FROM t GROUP BY id;
