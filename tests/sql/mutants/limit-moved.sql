-- original
select id from orders order by amount desc limit 10

-- mutant: `LIMIT 10` became `LIMIT 11` in the final query.
SELECT id FROM orders ORDER BY amount DESC LIMIT 11

-- original: any ten
select id from orders limit 10
