-- looks at: rides
-- finds: nothing
create table rides as select i as id, if(i < 70, i, null) as distance from range(100) t(i);
