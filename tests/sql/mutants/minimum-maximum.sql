-- original
select customer_id, min(ordered_at) as first_order, max(amount) as most from orders group by customer_id

-- mutant: `MIN(ordered_at)` became `MAX(ordered_at)` in the column `first_order` of the final query.
SELECT customer_id, MAX(ordered_at) AS first_order, MAX(amount) AS most FROM orders GROUP BY customer_id

-- mutant: `MAX(amount)` became `MIN(amount)` in the column `most` of the final query.
SELECT customer_id, MIN(ordered_at) AS first_order, MIN(amount) AS most FROM orders GROUP BY customer_id

-- original
select arg_max(status, ordered_at) as latest, bool_or(is_paid) as any_paid from orders

-- mutant: `ARG_MAX(status, ordered_at)` became `ARG_MIN(status, ordered_at)` in the column `latest` of the final query.
SELECT ARG_MIN(status, ordered_at) AS latest, BOOL_OR(CAST(is_paid AS BOOLEAN)) AS any_paid FROM orders

-- mutant: `BOOL_OR(CAST(is_paid AS BOOLEAN))` became `BOOL_AND(CAST(is_paid AS BOOLEAN))` in the column `any_paid` of the final query.
SELECT ARG_MAX(status, ordered_at) AS latest, BOOL_AND(CAST(is_paid AS BOOLEAN)) AS any_paid FROM orders
