-- looks at: orders
-- finds: nothing
create table orders as select i as order_id, i % 7 as customer_id, i as id from range(40) t(i);
