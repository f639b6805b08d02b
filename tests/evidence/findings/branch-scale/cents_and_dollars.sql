-- looks at: payments
-- finds: branch-scale amount
-- says: `amount` is about 100 times as large where `source` is 'app' (median 2,510) as where it is 'shop' (median 25.1): its unit seems not to be the same in all rows.
create table payments as
select i as id, 'app' as source, (1010 + (i % 31) * 100)::double as amount from range(62) t(i)
union all select i, 'shop', 10.1 + i % 31 from range(62) t(i);
