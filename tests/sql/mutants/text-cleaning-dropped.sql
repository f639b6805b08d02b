-- original
select lower(trim(status)) as status, upper(channel) as channel, count(*) as n from orders group by lower(trim(status)), upper(channel)

-- mutant: `LOWER(TRIM(status))` became `TRIM(status)` in the column `status` of the final query.
SELECT TRIM(status) AS status, UPPER(channel) AS channel, COUNT(*) AS n FROM orders GROUP BY TRIM(status), UPPER(channel)

-- mutant: `TRIM(status)` became `status` in the column `status` of the final query.
SELECT LOWER(status) AS status, UPPER(channel) AS channel, COUNT(*) AS n FROM orders GROUP BY LOWER(status), UPPER(channel)

-- mutant: `UPPER(channel)` became `channel` in the column `channel` of the final query.
SELECT LOWER(TRIM(status)) AS status, channel AS channel, COUNT(*) AS n FROM orders GROUP BY LOWER(TRIM(status)), channel
