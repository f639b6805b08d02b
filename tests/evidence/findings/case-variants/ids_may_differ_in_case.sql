-- looks at: orders
-- finds: nothing
create table orders as select ['a1', 'A1', 'b1', 'B1'][i % 4 + 1] as customer_id from range(80) t(i);
