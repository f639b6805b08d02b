-- looks at: raw_rentals
-- finds: orphans bike
create table raw_bikes as select i as number from range(20) t(i);
create table raw_rentals as select i as id, i % 21 as bike from range(63) t(i);
create view rentals as select r.id, b.number from raw_rentals as r left join raw_bikes as b on r.bike = b.number;
