-- original
select id from orders qualify row_number() over (partition by customer_id order by ordered_at) = 1

-- mutant: `QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at) = 1` was dropped from the final query.
SELECT id FROM orders
