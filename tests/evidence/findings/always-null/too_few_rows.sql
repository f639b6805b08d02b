-- looks at: orders
-- finds: nothing
create table orders as select i as id, null::varchar as legacy_code from range(19) t(i);
