-- looks at: orders
-- finds: nothing
create table orders as select i as id, (i % 4) * 100 as net, (i % 4) * 119 as gross, ((i % 4) * 119)::varchar as gross_text from range(80) t(i);
