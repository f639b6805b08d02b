-- looks at: rides
-- finds: nothing
create table rides as select i as id, date '2023-01-01' + i::int as ride_date, if(i < 81, i, null) as distance from range(100) t(i);
