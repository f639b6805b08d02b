-- looks at: orders
-- finds: nothing
create table orders as select ['paid', 'open'][i % 2 + 1] as status from range(80) t(i);
