-- inner
SELECT t.*, u.* FROM t JOIN u ON t.id = u.id;
-- left
SELECT t.id, t.x, u.y FROM t LEFT JOIN u ON t.id = u.id;
-- left with a further condition on the left side
SELECT t.id, t.x, u.y FROM t LEFT JOIN u ON t.id = u.id AND t.x > 1;
-- right
SELECT t.id, u.id AS uid, u.y FROM t RIGHT JOIN u ON t.id = u.id AND t.x > 1;
-- full
SELECT t.id, u.id AS uid, t.x, u.y FROM t FULL JOIN u ON t.id = u.id;
-- full, only what has no partner
SELECT coalesce(t.id, u.id) AS i, t.x, u.y FROM t FULL JOIN u ON t.id = u.id AND t.x = u.y WHERE t.x IS NULL OR u.y IS NULL;
-- outer joins one after the other
SELECT a.id, b.id AS b, c.k AS c FROM t AS a FULL JOIN u AS b ON a.id = b.id FULL JOIN v AS c ON c.k = b.id;
-- left, then right
SELECT a.id, b.id AS b, c.k AS c FROM t AS a LEFT JOIN u AS b ON a.id = b.id RIGHT JOIN v AS c ON c.k = b.id AND c.w > 1;
-- cross
SELECT t.id, u.id AS uid FROM t CROSS JOIN u;
-- comma
SELECT t.id, u.id AS uid FROM t, u WHERE t.id < u.id;
-- semi
SELECT * FROM t SEMI JOIN u ON t.id = u.id;
-- anti
SELECT * FROM t ANTI JOIN u ON t.id = u.id;
-- anti USING
SELECT * FROM t ANTI JOIN u USING (id);
-- USING with an inner join
SELECT * FROM t JOIN (SELECT id, y FROM u) AS w USING (id);
-- USING with a full join: the column is either side's
SELECT * FROM t FULL JOIN u USING (id);
-- USING with a right join
SELECT id, x, y FROM t RIGHT JOIN u USING (id);
-- USING with full joins one after the other
SELECT * FROM (SELECT id, x FROM t) AS a FULL JOIN (SELECT id, y FROM u) AS b USING (id) FULL JOIN (SELECT k AS id, w FROM v) AS c USING (id);
-- USING two columns
SELECT id, s, x, y FROM t LEFT JOIN u USING (id, s);
-- NATURAL
SELECT * FROM t NATURAL JOIN u;
-- NATURAL FULL
SELECT * FROM (SELECT id, x FROM t) AS a NATURAL FULL JOIN (SELECT id, y FROM u) AS b;
-- ASOF, open: asof-ties
SELECT t.id, t.x, u.y FROM t ASOF JOIN u ON t.id = u.id AND t.x >= u.y;
-- ASOF LEFT, open: asof-ties
SELECT t.id, t.x, u.m FROM t ASOF LEFT JOIN u ON t.id = u.id AND t.x >= u.y;
-- a table with itself
SELECT a.id, b.x FROM t AS a JOIN t AS b ON a.id = b.id AND a.x < b.x;
-- a condition with OR
SELECT t.id, u.id AS uid FROM t LEFT JOIN u ON t.id = u.id OR t.x = u.y;
-- a join without any column of one side in it
SELECT t.id, u.y FROM t LEFT JOIN u ON t.x > 1;
-- a join on true
SELECT t.id, u.y FROM t LEFT JOIN u ON true;
-- in parentheses
SELECT t.id, u.y, v.k FROM t LEFT JOIN (u JOIN v ON u.id = v.k) ON t.id = u.id;
-- with VALUES
SELECT w.n, t.id FROM (VALUES (1, 'a'), (2, NULL), (NULL, 'b')) AS w(n, z) LEFT JOIN t ON t.id = w.n;
-- a series with a right join
SELECT g.i, t.x FROM t RIGHT JOIN range(4) AS g(i) ON t.id = g.i;
