-- looks at: issues
-- finds: nothing
create table issues as select i as id, if(i < 4, 'done', 'open') as state, if(i < 4, i, null) as resolution from range(60) t(i);
