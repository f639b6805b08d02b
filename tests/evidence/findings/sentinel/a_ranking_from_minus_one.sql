-- looks at: people
-- finds: nothing
create table people as select i as id, i % 5 - 1 as mood from range(100) t(i);
