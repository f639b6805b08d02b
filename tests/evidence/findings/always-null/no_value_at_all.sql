-- looks at: orders
-- finds: always-null legacy_code
-- says: `legacy_code` is NULL in all 20 rows.
create table orders as select i as id, null::varchar as legacy_code, if(i = 3, 'x', null) as seldom from range(20) t(i);
