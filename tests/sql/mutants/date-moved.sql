-- original
select id from orders where ordered_on >= date '2024-01-01' and ordered_at < timestamp '2024-02-29 12:00:00'

-- mutant: `CAST('2024-01-01' AS DATE)` became `CAST('2024-01-02' AS DATE)` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on >= CAST('2024-01-02' AS DATE) AND ordered_at < CAST('2024-02-29 12:00:00' AS TIMESTAMP)

-- mutant: `CAST('2024-01-01' AS DATE)` became `CAST('2023-12-31' AS DATE)` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on >= CAST('2023-12-31' AS DATE) AND ordered_at < CAST('2024-02-29 12:00:00' AS TIMESTAMP)

-- mutant: `CAST('2024-02-29 12:00:00' AS TIMESTAMP)` became `CAST('2024-03-01 12:00:00' AS TIMESTAMP)` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on >= CAST('2024-01-01' AS DATE) AND ordered_at < CAST('2024-03-01 12:00:00' AS TIMESTAMP)

-- mutant: `CAST('2024-02-29 12:00:00' AS TIMESTAMP)` became `CAST('2024-02-28 12:00:00' AS TIMESTAMP)` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on >= CAST('2024-01-01' AS DATE) AND ordered_at < CAST('2024-02-28 12:00:00' AS TIMESTAMP)

-- original
select id from orders where ordered_on between '2024-01-01' and '2024-12-31'

-- mutant: `'2024-01-01'` became `'2024-01-02'` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on BETWEEN '2024-01-02' AND '2024-12-31'

-- mutant: `'2024-01-01'` became `'2023-12-31'` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on BETWEEN '2023-12-31' AND '2024-12-31'

-- mutant: `'2024-12-31'` became `'2025-01-01'` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on BETWEEN '2024-01-01' AND '2025-01-01'

-- mutant: `'2024-12-31'` became `'2024-12-30'` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on BETWEEN '2024-01-01' AND '2024-12-30'

-- original
select coalesce(sent_on, date '9999-12-31') as sent_on from orders

-- mutant: `CAST('9999-12-31' AS DATE)` became `CAST('9999-12-30' AS DATE)` in the column `sent_on` of the final query.
SELECT COALESCE(sent_on, CAST('9999-12-30' AS DATE)) AS sent_on FROM orders

-- original: a text that looks like a date, and a date that there is not
select id from orders where status = '2024-01-01'
