-- looks at: orders
-- finds: nothing
create table orders as select i as id, 'EUR' as currency from range(9) t(i);
