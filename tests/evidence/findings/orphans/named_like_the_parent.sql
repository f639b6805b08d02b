-- looks at: orders
-- finds: orphans customer_id
-- says: 2 of 22 values of `customer_id` (2 rows) are not in stg_customers.customer_id.
create table stg_customers as select i as customer_id from range(20) t(i);
create table orders as select i as id, i % 20 as customer_id from range(60) t(i) union all select 60, 77 union all select 61, 78;
