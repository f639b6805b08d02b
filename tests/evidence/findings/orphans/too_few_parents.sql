-- looks at: orders
-- finds: nothing
create table customers as select i as customer_id from range(9) t(i);
create table orders as select i as id, i % 10 as customer_id from range(60) t(i);
