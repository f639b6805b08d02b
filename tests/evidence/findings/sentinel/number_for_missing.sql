-- looks at: people
-- finds: sentinel visits
-- says: `visits` is -1 in 5 of 105 rows, which stands for a missing value: all others are not negative.
create table people as select i as id, i % 40 as visits from range(100) t(i) union all select i + 200, -1 from range(5) t(i);
