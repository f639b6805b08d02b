-- looks at: people
-- finds: nothing
create table people as select i as id, i % 40 as visits from range(100) t(i) union all select i + 200, -1 from range(4) t(i);
