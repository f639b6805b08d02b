-- unnest in the SELECT list
SELECT id, unnest([x, id]) AS e FROM t;
-- unnest in FROM
SELECT t.id, q.e FROM t, unnest([t.x, t.id]) AS q(e);
-- unnest of a column that may be empty or NULL
SELECT v.k, q.e FROM v CROSS JOIN unnest(v.l) AS q(e);
-- unnest that keeps rows without elements
SELECT v.k, q.e FROM v LEFT JOIN LATERAL (SELECT unnest(v.l) AS e) AS q ON true;
-- a series from a column
SELECT t.id, g.i FROM t, generate_series(1, t.x) AS g(i);
-- a constant series
SELECT t.id, g.i FROM t, range(3) AS g(i);
-- a series alone
SELECT i FROM range(3) AS g(i);
-- a calendar
SELECT CAST(g.d AS DATE) AS d, count(t.id) AS n FROM generate_series(DATE '2020-01-30', DATE '2020-02-02', INTERVAL 1 DAY) AS g(d) LEFT JOIN t ON t.d = g.d GROUP BY 1;
-- list functions
SELECT id, list_transform([1, 2], lambda e: e + x) AS l, len([x, id]) AS n FROM t;
-- PIVOT with GROUP BY
SELECT * FROM t PIVOT (sum(x) FOR s IN ('a', 'b') GROUP BY id);
-- PIVOT by the other columns
SELECT * FROM (SELECT id, s, x FROM t) PIVOT (sum(x) FOR s IN ('a', 'b'));
-- PIVOT without other columns: one row
SELECT * FROM (SELECT s, x FROM t) PIVOT (sum(x) AS total, count(*) AS n FOR s IN ('a', 'b'));
-- PIVOT as a statement
PIVOT t ON s IN ('a', 'b') USING sum(x) GROUP BY id;
-- PIVOT joined
SELECT p.id, p.a, u.y FROM (SELECT id, s, x FROM t) PIVOT (sum(x) FOR s IN ('a', 'b')) AS p LEFT JOIN u ON u.id = p.id;
-- UNPIVOT
SELECT * FROM t UNPIVOT (v FOR k IN (id, x));
-- UNPIVOT with NULLs
SELECT * FROM (SELECT id, x FROM t) UNPIVOT INCLUDE NULLS (v FOR k IN (id, x));
-- UNPIVOT as a statement
UNPIVOT (SELECT id, x FROM t) ON id, x INTO NAME k VALUE v;
-- UNPIVOT of what is not named
UNPIVOT t ON COLUMNS(* EXCLUDE (s, d, b)) INTO NAME k VALUE v;
-- EXCLUDE
SELECT * EXCLUDE (id) FROM t;
-- REPLACE
SELECT * REPLACE (x + 1 AS x) FROM t;
-- RENAME
SELECT * RENAME (x AS y) FROM t;
-- COLUMNS by pattern
SELECT COLUMNS('i|x') FROM t;
-- a whole row
SELECT t FROM t;
-- VALUES
VALUES (1, 'a'), (2, NULL);
-- constants
SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL;
-- FROM first
FROM t SELECT id WHERE x > 1;
