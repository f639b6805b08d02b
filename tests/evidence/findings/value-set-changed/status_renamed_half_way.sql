-- looks at: orders
-- finds: value-set-changed status
create table orders as select i as id, date '2023-01-01' + i::int as order_date,
case when i < 100 then 'closed' else 'completed' end as status from range(200) t(i);
