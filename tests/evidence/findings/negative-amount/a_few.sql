-- looks at: payments
-- finds: negative-amount amount
-- says: `amount` is negative in 3 of 100 rows.
create table payments as select i as id, if(i < 3, -5.5, i) as amount, if(i < 3, -5.5, i) as balance from range(100) t(i);
