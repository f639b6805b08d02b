-- looks at: people
-- finds: nothing
create table people as select i as id, i as steps from range(9990, 10000) t(i), range(10) u(j) union all select i, i from range(1200, 1300) t(i);
