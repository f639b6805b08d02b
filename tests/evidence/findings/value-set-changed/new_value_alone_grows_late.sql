-- looks at: orders
-- finds: nothing
create table orders as select i as id, date '2023-01-01' + i::int as order_date,
case when i % 2 = 0 or i < 50 then 'card' else 'wallet' end as payment_method from range(200) t(i);
