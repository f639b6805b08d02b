-- looks at: rides
-- finds: nothing
create table rides as select i as id, date '2023-01-01' + i::int as ride_date, if(i % 10 = 0 and i < 70, i, null) as comment_count from range(100) t(i);
