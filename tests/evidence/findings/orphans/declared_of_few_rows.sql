-- looks at: orders
-- foreign key: buyer -> customers.id
-- finds: orphans buyer
-- says: 2 of 3 values of `buyer` (2 rows) are not in customers.id.
create table customers as select 1 as id;
create table orders as select * from (values (1), (2), (3), (null)) t(buyer);
