-- looks at: issues
-- finds: nothing
create table issues as select i as id, ['done', 'open'][i % 2 + 1] as state, if(i % 2 = 0 and i <> 4, i, null) as resolution from range(60) t(i);
