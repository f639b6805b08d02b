-- looks at: orders
-- finds: nothing
create table raw_orders as select i as id, i % 4 as status_code from range(80) t(i);
create view orders as select id, status_code, case status_code when 0 then 'new' when 1 then 'paid' else 'sent' end as status_name from raw_orders;
