-- looks at: orders
-- finds: nothing
create table orders as select i % 8 as order_id, i as line from range(40) t(i);
