-- looks at: orders
-- finds: nothing
create table orders as select i as id, i % 2 as status_code, ['new', 'paid'][i % 2 + 1] as status_name from range(49) t(i);
