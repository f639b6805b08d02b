-- looks at: orders
-- finds: nothing
create table customers as select i as id from range(20) t(i);
create table orders as select i as id, nullif(i % 20, 3) as customer_id from range(60) t(i);
