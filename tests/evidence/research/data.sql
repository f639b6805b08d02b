-- A small shop with values that must never leave it: everything called canary, 987654.32, 77777.77, 4915112345678 and
-- the moment 2019-03-17 03:17:17.
CREATE TABLE customers AS
SELECT
    i AS customer_id,
    'canary' || i || '@example.org' AS email,
    4915112345678 + i AS phone,
    ['gold', 'silver', 'bronze'][1 + i % 3] AS tier,
    CASE WHEN i = 7 THEN 'Canarytown' ELSE ['Oslo', 'Bern'][1 + i % 2] END AS city,
    CASE WHEN i = 9 THEN 77777.77 ELSE 100 + i % 7 * 50 END::DECIMAL(12, 2) AS credit_limit,
    i % 2 = 0 AS is_active,
    DATE '2020-01-01' + (i * 3)::INTEGER AS joined_on,
    {'note': 'canary in a struct', 'n': i} AS extra,
    ('canary blob ' || i)::BLOB AS raw
FROM range(1, 101) AS t(i);

CREATE TABLE orders AS
SELECT
    i AS order_id,
    1 + i % 90 AS customer_id,
    CASE WHEN i IN (20, 21) THEN 'canary_status' ELSE ['placed', 'shipped', 'returned'][1 + i % 3] END AS status,
    CASE WHEN i = 13 THEN 987654.32 ELSE 10 + (i * 0.77)::DECIMAL(12, 2) END::DECIMAL(12, 2) AS amount,
    CASE WHEN i % 4 = 0 THEN 5 ELSE 0 END AS discount,
    CASE WHEN i = 13 THEN TIMESTAMP '2019-03-17 03:17:17' ELSE TIMESTAMP '2021-01-01' + INTERVAL (i) HOUR END
        AS ordered_at,
    CASE WHEN i % 3 > 0 THEN TIMESTAMP '2021-01-02' + INTERVAL (i) HOUR END AS shipped_at,
    CASE WHEN i = 13 THEN 'canary secret note' ELSE 'ref' || i END AS reference
FROM range(1, 1001) AS t(i);

CREATE TABLE plans AS SELECT i AS plan_id, 'canary plan ' || i AS plan_name FROM range(3) AS t(i);
CREATE TABLE hidden AS SELECT 'canary of a table that nobody may ask' AS secret FROM range(10);
CREATE VIEW big_orders AS SELECT * FROM orders WHERE amount > 100;
