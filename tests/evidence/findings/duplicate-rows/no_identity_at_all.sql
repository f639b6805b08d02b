-- looks at: lines
-- finds: nothing
create table lines as select i % 5 as a, 1 as b, 1 as c from range(100) t(i);
