-- looks at: payments
-- finds: nothing
create table payments as select i as id, 1.01 ** (i % 1000) as price from range(3000) t(i);
