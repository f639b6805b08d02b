-- looks at: orders
-- finds: nothing
create table orders as select 1 as order_id from range(2) t(i);
