-- looks at: orders
-- finds: nothing
create table raw_orders as select i as id, i % 5 as station from range(60) t(i);
create view orders as select id, station as start_station, station as end_station from raw_orders;
