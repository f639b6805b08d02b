-- original
select status, count(*) as n from orders group by status having count(*) > 1

-- mutant: `HAVING COUNT(*) > 1` was dropped from the final query.
SELECT status, COUNT(*) AS n FROM orders GROUP BY status
