-- looks at: orders
-- finds: nothing
create table raw_customers as select i as customer_id from range(20) t(i);
create table dim_customers as select i as customer_id from range(15) t(i);
create table orders as select i as id, i % 20 as customer_id from range(60) t(i);
