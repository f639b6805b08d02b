-- looks at: orders
-- finds: nothing
create table orders as select i % 5 as a, nullif(i % 5, 3) as b from range(60) t(i);
