-- looks at: orders
-- finds: always-equal billing_station
-- says: `billing_station` equals `start_station` in all 60 rows.
create table orders as select i as id, i % 5 as start_station, i % 5 as billing_station, (i + 1) % 5 as end_station from range(60) t(i);
