-- original
select o.id from orders as o join returns as r on o.id = r.id and o.shop_id = r.shop_id and r.is_paid

-- mutant: `o.id = r.id` was dropped from the join with `r` of the final query.
SELECT o.id FROM orders AS o JOIN returns AS r ON o.shop_id = r.shop_id AND r.is_paid

-- mutant: `o.shop_id = r.shop_id` was dropped from the join with `r` of the final query.
SELECT o.id FROM orders AS o JOIN returns AS r ON o.id = r.id AND r.is_paid

-- mutant: `r.is_paid` was dropped from the join with `r` of the final query.
SELECT o.id FROM orders AS o JOIN returns AS r ON o.id = r.id AND o.shop_id = r.shop_id

-- original: one condition alone
select o.id from orders as o join returns as r on o.id = r.id
