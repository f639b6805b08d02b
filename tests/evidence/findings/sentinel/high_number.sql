-- looks at: people
-- finds: sentinel weight
create table people as select i as id, i % 90 as weight from range(100) t(i) union all select i + 200, 9999 from range(5) t(i);
