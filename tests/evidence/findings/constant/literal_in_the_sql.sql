-- looks at: orders
-- finds: nothing
create table raw_orders as select i as id from range(50) t(i);
create view orders as select id, 'EUR' as currency from raw_orders;
