-- looks at: lines
-- finds: nothing
create table lines as select i as id, 1 as a, 1 as b from range(100) t(i);
