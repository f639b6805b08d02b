-- looks at: orders
-- finds: nothing
create table orders as select i as id, date '2023-01-01' + i::int as order_date,
case when i in (3, 9, 40) then 'fax' else 'web' end as channel from range(200) t(i);
