-- refused: non-deterministic
SELECT random() AS r FROM t;
-- refused: non-deterministic
SELECT uuid() AS r FROM t;
-- refused: non-deterministic
SELECT nextval('s') AS r FROM t;
-- refused: depends-on-session
SELECT now() AS n FROM t;
-- refused: depends-on-session
SELECT id FROM t WHERE d < current_date;
-- refused: depends-on-session
SELECT age(d) AS a FROM t;
-- refused: depends-on-session
SELECT current_user AS u;
-- refused: depends-on-session
SELECT getvariable('a') AS v FROM t;
-- refused: sampling
SELECT id FROM t USING SAMPLE 2 ROWS;
-- refused: sampling
SELECT id FROM t TABLESAMPLE 10%;
-- refused: unknown-table
SELECT id FROM nowhere;
-- refused: unknown-table
SELECT * FROM 'file.csv';
-- refused: unknown-table-function
SELECT * FROM read_csv('file.csv');
-- refused: unknown-table-function
SELECT * FROM duckdb_settings();
-- refused: unknown-table-function
SELECT * FROM query('select 1');
-- refused: storage-order
SELECT rowid FROM t;
-- refused: storage-order
SELECT t.id FROM t POSITIONAL JOIN u;
-- refused: pivot-without-values
PIVOT t ON s USING sum(x);
-- refused: pivot-without-values
PIVOT t ON s IN ('a', 'b');
-- refused: computed-limit
SELECT id FROM t LIMIT 50%;
-- refused: computed-limit
SELECT id FROM t LIMIT (SELECT count(*) FROM u);
-- refused: parameters
SELECT id FROM t WHERE x = ?;
-- refused: parameters
SELECT id FROM t WHERE x = $low;
-- refused: recursion-by-key
WITH RECURSIVE r(a) USING KEY (a) AS (SELECT id FROM t UNION SELECT a + 1 FROM r WHERE a < 3) SELECT a FROM r;
-- refused: approximate
SELECT approx_quantile(x, 0.5) AS q FROM t;
-- refused: approximate
SELECT reservoir_quantile(x, 0.5) AS q FROM t;
-- refused: order-dependent
SELECT json_group_array(x) AS j FROM t;
-- refused: order-dependent
SELECT id, sum(x) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s FROM t;
-- refused: order-dependent
SELECT arg_max(id, x, 2) AS best FROM t;
-- refused: order-dependent
SELECT t.id FROM t ASOF JOIN u USING (id, s);
-- refused: order-dependent
SELECT t.id FROM t ASOF RIGHT JOIN u ON t.id = u.id AND t.x >= u.y;
-- refused: order-dependent
SELECT DISTINCT id FROM t ORDER BY x + 1 LIMIT 1;
-- refused: order-dependent, as x may be taken for a column
SELECT id FROM t AS x QUALIFY row_number() OVER (PARTITION BY id ORDER BY d) = 1;
-- refused: comma-before-joins
SELECT t.id FROM t, unnest([1, t.x]) AS e(e) RIGHT JOIN u ON t.x = u.y;
-- refused: row-in-subquery
SELECT id, (id, x) IN (SELECT id, y FROM u) AS b FROM t;
-- refused: row-in-subquery
SELECT id FROM t WHERE (id, x) NOT IN (SELECT id, y FROM u);
-- refused: reserved-name
SELECT id AS __db FROM t;
-- refused: reserved-name
SELECT __lift_d.id FROM t AS __lift_d;
-- refused: not-one-query
DELETE FROM t;
-- refused: not-one-query
SELECT 1; SELECT 2;
-- refused: not-one-query
SELECT FROM WHERE;
-- refused: not-one-query
CREATE TABLE w AS SELECT 1 AS a;
