-- looks at: payments
-- finds: nothing
create table payments as
select i as id, 20.4 + i % 10 as price from range(400) t(i)
union all select i, 2040.5 + (i % 10) * 100 from range(100) t(i);
