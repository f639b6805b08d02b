-- original
select sum(amount) over (order by id rows between 6 preceding and current row) as week from orders

-- mutant: `rows BETWEEN 6 preceding AND CURRENT ROW` became `rows BETWEEN 7 preceding AND CURRENT ROW` in the column `week` of the final query.
SELECT SUM(amount) OVER (ORDER BY id rows BETWEEN 7 preceding AND CURRENT ROW) AS week FROM orders

-- original
select sum(amount) over (order by id rows between unbounded preceding and 1 following) as running from orders

-- mutant: `rows BETWEEN UNBOUNDED preceding AND 1 following` became `rows BETWEEN CURRENT ROW AND 1 following` in the column `running` of the final query.
SELECT SUM(amount) OVER (ORDER BY id rows BETWEEN CURRENT ROW AND 1 following) AS running FROM orders

-- mutant: `rows BETWEEN UNBOUNDED preceding AND 1 following` became `rows BETWEEN UNBOUNDED preceding AND 2 following` in the column `running` of the final query.
SELECT SUM(amount) OVER (ORDER BY id rows BETWEEN UNBOUNDED preceding AND 2 following) AS running FROM orders
