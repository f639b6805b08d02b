-- UNION
SELECT id FROM t UNION SELECT id FROM u;
-- UNION ALL keeps duplicates
SELECT id FROM t UNION ALL SELECT id FROM u;
-- UNION BY NAME
SELECT id, x FROM t UNION BY NAME SELECT id, s FROM u;
-- UNION ALL BY NAME
SELECT id, x FROM t UNION ALL BY NAME SELECT y AS x, id FROM u;
-- EXCEPT and its order
SELECT id FROM t EXCEPT SELECT id FROM u;
-- EXCEPT ALL counts
SELECT id FROM t EXCEPT ALL SELECT id FROM u;
-- INTERSECT
SELECT id FROM t INTERSECT SELECT id FROM u;
-- INTERSECT ALL
SELECT id FROM t INTERSECT ALL SELECT id FROM u;
-- types widen
SELECT x FROM t UNION SELECT m FROM u UNION SELECT w FROM v;
-- an integer and its text
SELECT CAST(id AS VARCHAR) AS i FROM t UNION ALL SELECT s FROM u;
-- nested
(SELECT id FROM t EXCEPT SELECT id FROM u) UNION ALL (SELECT k FROM v INTERSECT SELECT id FROM t);
-- LIMIT without order, open: limit-ties
SELECT id, x FROM t LIMIT 2;
-- LIMIT with ties, open: limit-ties
SELECT id, x FROM t ORDER BY x LIMIT 1 OFFSET 1;
-- OFFSET alone, open: limit-ties
SELECT id FROM t ORDER BY x OFFSET 1;
-- LIMIT 0, open: limit-ties
SELECT id FROM t LIMIT 0;
-- LIMIT by every column
SELECT id, x FROM t ORDER BY ALL LIMIT 2;
-- LIMIT of groups by their key
SELECT id, count(*) AS n FROM t GROUP BY id ORDER BY n DESC, id LIMIT 1;
-- LIMIT of groups with ties, open: limit-ties
SELECT id, count(*) AS n FROM t GROUP BY id ORDER BY n DESC LIMIT 1;
-- LIMIT of a set operation, open: limit-ties
SELECT id FROM t UNION ALL SELECT y FROM u ORDER BY id LIMIT 3;
-- LIMIT in both branches, open: limit-ties
(SELECT id FROM t ORDER BY x LIMIT 1) UNION ALL (SELECT id FROM u ORDER BY y LIMIT 1);
-- LIMIT after DISTINCT, open: limit-ties
SELECT DISTINCT id + 1 AS i FROM t ORDER BY id + 1 LIMIT 2;
-- LIMIT after unnest, open: limit-ties
SELECT unnest([id, x]) AS e, s FROM t ORDER BY s LIMIT 2;
-- LIMIT of one row
SELECT count(*) AS n FROM t LIMIT 1;
-- LIMIT in a derived table, open: limit-ties
SELECT u.id FROM u JOIN (SELECT id FROM t ORDER BY x DESC LIMIT 1) AS best USING (id);
-- DISTINCT with NULLs
SELECT DISTINCT id, s FROM t;
-- DISTINCT ON with ties, open: distinct-on-ties
SELECT DISTINCT ON (id) id, x FROM t ORDER BY id, d;
-- DISTINCT ON without order, open: distinct-on-ties
SELECT DISTINCT ON (id, s) id, s, x FROM t;
-- ORDER BY alone, open: row-order
SELECT id, x FROM t ORDER BY x DESC NULLS LAST;
