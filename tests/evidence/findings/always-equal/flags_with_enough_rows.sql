-- looks at: orders
-- finds: always-equal is_refunded
create table orders as select i as id, i < 10 as is_test, i < 10 as is_refunded from range(500) t(i);
