-- looks at: orders
-- finds: nothing
create table orders as select if(i < 5, null, i) as order_id from range(40) t(i);
