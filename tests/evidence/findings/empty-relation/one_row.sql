-- looks at: orders
-- finds: nothing
create table orders as select 1 as id;
