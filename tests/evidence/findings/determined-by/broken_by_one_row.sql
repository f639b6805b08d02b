-- looks at: orders
-- finds: nothing
create table orders as select i as id, i % 4 as status_code, if(i = 5, 'sent', ['new', 'paid', 'sent', 'back'][i % 4 + 1]) as status_name from range(80) t(i)
union all select 99, 0, 'paid' union all select 100, 2, 'new' union all select 101, 3, 'new';
