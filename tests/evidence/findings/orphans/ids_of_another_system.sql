-- looks at: orders
-- finds: nothing
create table customers as select i as customer_id from range(20) t(i);
create table orders as select i as id, 1000 + i % 20 as customer_id from range(60) t(i) union all select 90, 3;
