-- ROW_NUMBER with ties, open: window-ties
SELECT id, x, row_number() OVER (PARTITION BY id ORDER BY x) AS n FROM t;
-- ROW_NUMBER with no order at all, open: window-ties
SELECT id, row_number() OVER () AS n FROM t;
-- RANK does not mind ties
SELECT id, rank() OVER (ORDER BY x) AS r, dense_rank() OVER (ORDER BY x DESC NULLS LAST) AS d FROM t;
-- percent and distribution
SELECT id, percent_rank() OVER (ORDER BY x) AS p, cume_dist() OVER (ORDER BY x) AS c FROM t;
-- NTILE, open: window-ties
SELECT id, ntile(2) OVER (ORDER BY x) AS n FROM t;
-- LAG and LEAD, open: window-ties
SELECT id, lag(x) OVER (PARTITION BY s ORDER BY d) AS l, lead(x, 1, 0) OVER (PARTITION BY s ORDER BY d) AS m FROM t;
-- a running sum over peers
SELECT id, sum(x) OVER (ORDER BY x) AS s FROM t;
-- a running sum over rows, open: window-ties
SELECT id, sum(x) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM t;
-- a frame of days
SELECT id, sum(x) OVER (ORDER BY d RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS s FROM t;
-- a frame of groups, without the current row
SELECT id, sum(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP) AS s FROM t;
-- FIRST_VALUE and LAST_VALUE of peers, open: window-ties
SELECT id, first_value(x) OVER (PARTITION BY s ORDER BY d) AS f, last_value(x) OVER (PARTITION BY s ORDER BY d) AS l FROM t;
-- NTH_VALUE, open: window-ties
SELECT id, nth_value(x, 2) OVER (PARTITION BY s ORDER BY d) AS n FROM t;
-- IGNORE NULLS, open: window-ties
SELECT id, last_value(x IGNORE NULLS) OVER w AS l FROM t WINDOW w AS (PARTITION BY s ORDER BY d);
-- a named window, and one built on it, open: window-ties
SELECT row_number() OVER w AS a, rank() OVER (w ORDER BY x) AS b FROM t WINDOW w AS (PARTITION BY id);
-- a window over an aggregate
SELECT id, sum(sum(x)) OVER (ORDER BY id) AS s FROM t GROUP BY id;
-- a window over one row
SELECT sum(sum(x)) OVER () AS s FROM t;
-- a window over empty tables
SELECT count(*) OVER () AS n, id FROM t WHERE false;
-- a list in a window, open: window-ties
SELECT id, list(x) OVER (ORDER BY d) AS l FROM t;
-- QUALIFY, open: window-ties
SELECT id, x FROM t QUALIFY row_number() OVER (PARTITION BY id ORDER BY x DESC) = 1;
-- QUALIFY over a join, open: window-ties
SELECT t.id, u.y FROM t LEFT JOIN u USING (id) QUALIFY row_number() OVER (PARTITION BY id ORDER BY y) = 1;
-- QUALIFY on RANK
SELECT id, x, rank() OVER w AS r FROM t WINDOW w AS (ORDER BY x) QUALIFY r = 1;
-- the latest row of each, open: window-ties
SELECT id, x FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY d DESC) AS n FROM t) AS q WHERE n = 1;
-- a window in ORDER BY, open: row-order window-ties
SELECT id FROM t ORDER BY row_number() OVER (ORDER BY x);
-- a window over groups with ties, open: window-ties
SELECT s, row_number() OVER (ORDER BY count(*)) AS n FROM t GROUP BY s;
-- windows over grouping sets, open: window-ties
SELECT id, s, row_number() OVER (ORDER BY sum(x)) AS n FROM t GROUP BY CUBE (id, s);
