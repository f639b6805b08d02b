-- original
select row_number() over (partition by customer_id order by ordered_at desc, id) as n from orders

-- mutant: `ordered_at DESC` became `ordered_at ASC` in the column `n` of the final query.
SELECT ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at ASC, id) AS n FROM orders

-- mutant: `id` became `id DESC` in the column `n` of the final query.
SELECT ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC, id DESC) AS n FROM orders

-- original
select id from orders order by amount desc limit 3

-- mutant: `amount DESC` became `amount ASC` in the final query.
SELECT id FROM orders ORDER BY amount ASC LIMIT 3

-- original
select string_agg(status, ',' order by ordered_at) as path from orders

-- mutant: `ordered_at` became `ordered_at DESC` in the column `path` of the final query.
SELECT LISTAGG(status, ',' ORDER BY ordered_at DESC) AS path FROM orders

-- original
select distinct on (customer_id) customer_id, status from orders order by customer_id, ordered_at desc

-- mutant: `ordered_at DESC` became `ordered_at ASC` in the final query.
SELECT DISTINCT ON (customer_id) customer_id, status FROM orders ORDER BY customer_id, ordered_at ASC

-- original: the order of the rows of a model is nothing
select id from orders order by amount desc

-- original: what the window or DISTINCT ON takes apart
select row_number() over (partition by customer_id order by customer_id) as n from orders

-- original: what the window or DISTINCT ON takes apart
select distinct on (customer_id) customer_id, status from orders order by customer_id
