-- original
select ordered_at + interval '7 days' as due, ordered_at - interval 1 month as before from orders

-- mutant: `INTERVAL '7' DAYS` became `INTERVAL '8' DAYS` in the column `due` of the final query.
SELECT ordered_at + INTERVAL '8' DAYS AS due, ordered_at - INTERVAL '1' MONTH AS before FROM orders

-- mutant: `INTERVAL '1' MONTH` became `INTERVAL '2' MONTH` in the column `before` of the final query.
SELECT ordered_at + INTERVAL '7' DAYS AS due, ordered_at - INTERVAL '2' MONTH AS before FROM orders
