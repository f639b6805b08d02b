-- looks at: lines
-- finds: nothing
create table lines as select i as id, if(i = 3, '4 or 5', i::varchar) as price from range(40) t(i);
