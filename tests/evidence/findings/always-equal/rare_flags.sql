-- looks at: orders
-- finds: nothing
create table orders as select i as id, i < 9 as is_test, i < 9 as is_refunded from range(500) t(i);
