-- original
select id from orders where amount between 1 and 9

-- mutant: `BETWEEN` became `NOT BETWEEN` in the filter of the final query.
SELECT id FROM orders WHERE NOT amount BETWEEN 1 AND 9

-- original
select id from orders where ordered_on not between date '2024-01-01' and date '2024-12-31'

-- mutant: `NOT BETWEEN` became `BETWEEN` in the filter of the final query.
SELECT id FROM orders WHERE ordered_on BETWEEN CAST('2024-01-01' AS DATE) AND CAST('2024-12-31' AS DATE)
