-- original
select id from orders where ordered_at > (select max(ordered_at) from loaded)

-- mutant: `>` became `>=` in the filter of the final query.
SELECT id FROM orders WHERE ordered_at >= (SELECT MAX(ordered_at) FROM loaded)

-- original
select id from orders where ordered_at >= coalesce((select max(ordered_at) from loaded), timestamp '1970-01-01 00:00:00')

-- mutant: `>=` became `>` in the filter of the final query.
SELECT id FROM orders WHERE ordered_at > COALESCE((SELECT MAX(ordered_at) FROM loaded), CAST('1970-01-01 00:00:00' AS TIMESTAMP))

-- original: a plain bound: `comparison-boundary`
select id from orders where amount > 10
