-- looks at: orders
-- finds: nothing
create table orders as select i as id, i % 5 as start_station, if(i = 7, 0, i % 5) as end_station from range(60) t(i);
