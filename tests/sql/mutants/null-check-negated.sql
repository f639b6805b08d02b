-- original
select id from orders where sent_at is null

-- mutant: `IS NULL` became `IS NOT NULL` in the filter of the final query.
SELECT id FROM orders WHERE NOT sent_at IS NULL

-- original
select id, sent_at is not null as is_sent from orders

-- mutant: `IS NOT NULL` became `IS NULL` in the column `is_sent` of the final query.
SELECT id, sent_at IS NULL AS is_sent FROM orders
