-- original
select status, channel, sum(amount) as total from orders group by status, channel

-- mutant: `status` was dropped from the grouping of the final query.
SELECT MAX(status) AS status, channel, SUM(amount) AS total FROM orders GROUP BY channel

-- mutant: `channel` was dropped from the grouping of the final query.
SELECT status, MAX(channel) AS channel, SUM(amount) AS total FROM orders GROUP BY status

-- original
select date_trunc('month', ordered_at) as month, status, count(*) as n from orders group by 1, 2

-- mutant: `DATE_TRUNC('MONTH', ordered_at)` was dropped from the grouping of the final query.
SELECT MAX(DATE_TRUNC('MONTH', ordered_at)) AS month, status, COUNT(*) AS n FROM orders GROUP BY 2

-- mutant: `status` was dropped from the grouping of the final query.
SELECT DATE_TRUNC('MONTH', ordered_at) AS month, MAX(status) AS status, COUNT(*) AS n FROM orders GROUP BY 1

-- original
select status as s, count(*) as n from orders group by status, channel

-- mutant: `status` was dropped from the grouping of the final query.
SELECT MAX(status) AS s, COUNT(*) AS n FROM orders GROUP BY channel

-- mutant: `channel` was dropped from the grouping of the final query.
SELECT status AS s, COUNT(*) AS n FROM orders GROUP BY status

-- original: the last key
select status, count(*) as n from orders group by status

-- original: the key is part of something else
select upper(status) as s, lower(channel) as c, count(*) as n from orders group by status, channel
