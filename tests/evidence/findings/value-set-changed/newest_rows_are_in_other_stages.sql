-- looks at: orders
-- finds: nothing
create table orders as select i as id, date '2023-01-01' + i::int as order_date,
case when i < 140 then 'completed' else 'placed' end as status from range(200) t(i);
