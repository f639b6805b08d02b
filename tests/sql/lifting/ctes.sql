-- one after the other
WITH a AS (SELECT id, count(*) AS n FROM t GROUP BY id), b AS (SELECT * FROM a WHERE n > 1) SELECT a.id, b.n FROM a LEFT JOIN b USING (id);
-- nested, with a name used twice
WITH a AS (SELECT id FROM t), b AS (WITH a AS (SELECT id FROM u) SELECT * FROM a) SELECT a.id, b.id AS bid FROM a FULL JOIN b ON a.id = b.id;
-- a CTE with the name of the table that it reads
WITH t AS (SELECT * FROM t WHERE x > 1), u AS (SELECT id FROM t) SELECT * FROM u;
-- a CTE that hides a table
WITH t AS (SELECT id FROM u) SELECT (SELECT count(*) FROM t) AS n FROM t;
-- materialized, read twice
WITH a AS MATERIALIZED (SELECT id FROM t) SELECT a1.id, a2.id AS i FROM a AS a1, a AS a2;
-- in a subquery
SELECT id FROM t WHERE id IN (WITH a AS (SELECT id FROM u WHERE u.y = t.x) SELECT id FROM a);
-- with named columns
WITH a(i, n) AS (SELECT id, count(*) FROM t GROUP BY id) SELECT n, i FROM a;
-- a recursive walk
WITH RECURSIVE r AS (SELECT id, x, 1 AS n FROM t UNION ALL SELECT r.id, u.y, n + 1 FROM r JOIN u ON u.id = r.x WHERE n < 3) SELECT * FROM r;
-- recursive with UNION, which ends by itself
WITH RECURSIVE r AS (SELECT id FROM t UNION SELECT u.y FROM r JOIN u ON u.id = r.id) SELECT * FROM r;
-- a recursive series that no table takes part in
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT n.i, t.x FROM n LEFT JOIN t ON t.id = n.i;
-- recursive from an aggregate
WITH RECURSIVE r AS (SELECT max(id) AS m FROM t UNION ALL SELECT m - 1 FROM r WHERE m > 0) SELECT * FROM r;
-- recursive with a subquery in the step
WITH RECURSIVE r AS (SELECT id, 1 AS n FROM t UNION ALL SELECT id, n + 1 FROM r WHERE n < 3 AND id IN (SELECT id FROM u)) SELECT id, max(n) AS n FROM r GROUP BY id;
-- recursive that steps from an outer join
WITH RECURSIVE r AS (SELECT id, 1 AS n FROM t UNION ALL SELECT u.id, n + 1 FROM r LEFT JOIN u ON u.y = r.id WHERE n < 3) SELECT * FROM r;
