-- original
select greatest(ordered_on, sent_on) as last_on, least(amount, discount, 0) as low from orders

-- mutant: `GREATEST(ordered_on, sent_on)` became `LEAST(ordered_on, sent_on)` in the column `last_on` of the final query.
SELECT LEAST(ordered_on, sent_on) AS last_on, LEAST(amount, discount, 0) AS low FROM orders

-- mutant: `LEAST(amount, discount, 0)` became `GREATEST(amount, discount, 0)` in the column `low` of the final query.
SELECT GREATEST(ordered_on, sent_on) AS last_on, GREATEST(amount, discount, 0) AS low FROM orders
