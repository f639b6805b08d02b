-- looks at: orders
-- finds: nothing
create table customers as select i // 2 as customer_id from range(20) t(i);
create table orders as select i as id, i % 20 as customer_id from range(60) t(i);
