-- looks at: people
-- finds: nothing
create table people as select i as id, date '1970-01-01' + i::int as since from range(100) t(i) union all select i + 200, date '1970-01-01' from range(20) t(i);
