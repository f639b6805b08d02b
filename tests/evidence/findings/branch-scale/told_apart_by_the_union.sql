-- looks at: all_payments
-- finds: branch-scale amount
create table a as select i as id, (1010 + (i % 31) * 100)::double as amount from range(62) t(i);
create table b as select i as id, 10.1 + i % 31 as amount from range(62) t(i);
create view all_payments as select id, 'first' as flavour, amount from a union all select id, 'second' as flavour, amount from b;
