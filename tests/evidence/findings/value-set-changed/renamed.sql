-- looks at: orders
-- finds: value-set-changed channel
-- says: The values of `channel` changed in time (by `order_date`): 'web' is not seen after 2023-04-10 and 'online' is not seen before 2023-04-12.
create table orders as select i as id, date '2023-01-01' + i::int as order_date,
case when i % 2 = 0 then 'shop' when i < 100 then 'web' else 'online' end as channel from range(200) t(i);
