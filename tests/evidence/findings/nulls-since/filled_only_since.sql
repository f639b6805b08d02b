-- looks at: rides
-- finds: nulls-until distance
-- says: `distance` is always NULL before 2023-01-31 (by `ride_date`): in 30 rows; since then it is filled in 100 % of 70 rows.
create table rides as select i as id, date '2023-01-01' + i::int as ride_date, if(i >= 30, i, null) as distance from range(100) t(i);
