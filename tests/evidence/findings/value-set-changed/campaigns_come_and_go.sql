-- looks at: orders
-- finds: nothing
create table orders as select i as id, date '2023-01-01' + i::int as order_date, ['spring', 'summer'][i // 100 + 1] as campaign from range(200) t(i);
