-- looks at: payments
-- finds: nothing
create table payments as
select i as id, 'app' as source, (101 + (i % 31) * 10)::double as amount from range(62) t(i)
union all select i, 'shop', 10.1 + i % 31 from range(62) t(i);
