-- looks at: payments
-- finds: nothing
create table payments as
select i as id, 'app' as source, (1010 + (i % 31) * 100)::double as amount from range(19) t(i)
union all select i, 'shop', 10.1 + i % 31 from range(62) t(i);
