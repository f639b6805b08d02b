-- looks at: people
-- finds: nothing
create table people as select i as id, i % 40 - 20 as visits from range(100) t(i) union all select i + 200, -99 from range(5) t(i);
