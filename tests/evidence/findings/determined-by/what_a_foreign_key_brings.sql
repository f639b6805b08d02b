-- looks at: trips
-- finds: nothing
create table trips as select i as id, i % 8 as station_id, 'zone ' || (i % 4) as zone from range(160) t(i);
