-- looks at: payments
-- finds: mixed-units price
-- says: `price` holds two groups about 100 times apart: 400 values around 24.9, most with a fraction, and 100 around 2,490, all whole: part of it is in another unit.
create table payments as
select i as id, (20.4 + i % 10)::decimal(10, 2) as price from range(400) t(i)
union all select i, (2040 + (i % 10) * 100)::decimal(10, 2) from range(100) t(i);
