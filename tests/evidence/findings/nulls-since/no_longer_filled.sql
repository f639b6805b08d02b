-- looks at: rides
-- finds: nulls-since distance
-- says: `distance` is always NULL after 2023-03-11 (by `ride_date`): in 30 rows; up to then it is filled in 96 % of 70 rows.
create table rides as select i as id, date '2023-01-01' + i::int as ride_date, if(i < 70 and i % 25 <> 3, i, null) as distance from range(100) t(i);
