-- looks at: orders
-- finds: nothing
create table orders as select i as id, date '2023-01-01' + i::int as order_date, 'editor ' || (i // 60) as edited_by from range(300) t(i);
