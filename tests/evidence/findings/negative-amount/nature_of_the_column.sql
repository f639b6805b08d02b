-- looks at: payments
-- finds: nothing
create table payments as select i - 50 as amount, if(i < 3, -5, i) as refund_amount, i as price from range(100) t(i);
