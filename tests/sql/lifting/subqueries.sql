-- EXISTS
SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id);
-- NOT EXISTS with an inequality
SELECT * FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND u.y > t.x);
-- EXISTS that looks at nothing of the outer row
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u);
-- IN
SELECT * FROM t WHERE id IN (SELECT id FROM u);
-- NOT IN with NULLs in the list
SELECT * FROM t WHERE id NOT IN (SELECT id FROM u);
-- NOT IN, correlated
SELECT * FROM t WHERE id NOT IN (SELECT id FROM u WHERE u.y = t.x);
-- IN as a value: true, false or NULL
SELECT id, id IN (SELECT id FROM u) AS b, x NOT IN (SELECT y FROM u WHERE u.s = t.s) AS c FROM t;
-- IN several columns
SELECT id FROM t WHERE s = 'a' AND (id, x) IN (SELECT id, y FROM u);
-- IN a set operation
SELECT id FROM t WHERE id IN (SELECT id FROM u UNION SELECT k FROM v);
-- a scalar
SELECT id, (SELECT max(y) FROM u) AS m FROM t;
-- a scalar count of nothing is 0
SELECT id, (SELECT count(*) FROM u WHERE u.id = t.id) AS n FROM t;
-- a count in a condition
SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.id = t.id) = 0;
-- a count of a count
SELECT id, (SELECT count(*) FROM u WHERE u.id = t.id AND u.y > (SELECT min(x) FROM t AS t2 WHERE t2.id = u.id)) AS n FROM t;
-- a scalar of the same table
SELECT * FROM t WHERE x > (SELECT avg(x) FROM t AS t2 WHERE t2.id = t.id);
-- a scalar with LIMIT, open: limit-ties
SELECT id, (SELECT y FROM u WHERE u.id = t.id ORDER BY m LIMIT 1) AS y FROM t;
-- ANY
SELECT * FROM t WHERE x > ANY (SELECT y FROM u);
-- ALL over nothing is true
SELECT * FROM t WHERE x >= ALL (SELECT y FROM u WHERE u.id = t.id);
-- ANY as a value
SELECT id, x > ANY (SELECT y FROM u WHERE u.id <> t.id) AS b FROM t;
-- in ON of a left join
SELECT t.id, u.y FROM t LEFT JOIN u ON t.id = u.id AND u.y = (SELECT max(y) FROM u AS u2);
-- EXISTS in ON
SELECT t.id, u.y FROM t LEFT JOIN u ON t.id = u.id AND NOT EXISTS (SELECT 1 FROM v WHERE v.k = u.id);
-- in a grouped SELECT
SELECT id, (SELECT count(*) FROM u WHERE u.id = t.id) AS n FROM t GROUP BY id;
-- of an aggregate
SELECT s, (SELECT count(*) FROM u WHERE u.y > sum(t.x)) AS n FROM t GROUP BY s;
-- without FROM
SELECT (SELECT count(*) FROM t) AS a, (SELECT count(*) FROM u) AS b;
-- without FROM, with a condition
SELECT 1 AS one WHERE (SELECT count(*) FROM t) > 1;
-- in CASE
SELECT CASE WHEN EXISTS (SELECT 1 FROM t) THEN 'some' ELSE 'none' END AS c;
-- ARRAY of a subquery, open: array-order
SELECT id, ARRAY(SELECT y FROM u WHERE u.id = t.id ORDER BY m) AS l FROM t;
-- LATERAL
SELECT t.id, q.m FROM t, LATERAL (SELECT max(y) AS m FROM u WHERE u.id = t.id) AS q;
-- LEFT JOIN LATERAL
SELECT t.id, q.y FROM t LEFT JOIN LATERAL (SELECT y FROM u WHERE u.id = t.id) AS q ON true;
-- LATERAL with LIMIT, open: limit-ties
SELECT t.id, q.y FROM t, LATERAL (SELECT y FROM u WHERE u.id = t.id ORDER BY m LIMIT 1) AS q;
-- a subquery in a derived table
SELECT q.g, (SELECT count(*) FROM u WHERE u.id = q.g) AS n FROM (SELECT id AS g FROM t GROUP BY id) AS q;
-- the inner table has the outer one's name
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u AS t WHERE t.y = 1);
-- two levels down
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND EXISTS (SELECT 1 FROM v WHERE v.k = u.id AND v.w > t.x));
