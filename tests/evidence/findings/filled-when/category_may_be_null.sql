-- looks at: issues
-- finds: nothing
create table issues as select i as id, if(i < 30, 'done', null) as state, if(i < 30, i, null) as resolution from range(60) t(i);
