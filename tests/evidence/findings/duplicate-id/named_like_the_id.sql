-- looks at: stg_orders
-- finds: duplicate-id order_id
-- says: `order_id` looks like the id of stg_orders, but 2 of its values occur more than once (5 rows).
create table stg_orders as select i as order_id, i % 7 as customer_id from range(40) t(i)
union all select * from (values (3, 1), (3, 2), (4, 1));
