-- looks at: orders
-- finds: nothing
create table orders as select i as id, date '2023-01-01' + i::int as order_date, if(i < 160, date '2023-01-05' + i::int, null) as delivered_at from range(200) t(i);
