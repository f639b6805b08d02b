-- looks at: orders
-- finds: determined-by status_name
-- says: `status_name` follows from `status_code`: each of its 4 values goes with one value of `status_name`, and the reverse (80 rows).
create table orders as select i as id, i % 4 as status_code, ['new', 'paid', 'sent', 'back'][i % 4 + 1] as status_name, i % 3 = 0 as is_gift from range(80) t(i);
