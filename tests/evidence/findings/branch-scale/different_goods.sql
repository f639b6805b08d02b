-- looks at: payments
-- finds: nothing
-- A kiosk and a car dealer: the medians are 100 times apart, but the sizes overlap.
create table payments as
select i as id, 'dealer' as store, 100 * exp((i % 500) / 80) as amount from range(500) t(i)
union all select i, 'kiosk', exp((i % 500) / 80) from range(500) t(i);
