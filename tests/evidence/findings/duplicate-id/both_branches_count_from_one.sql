-- looks at: all_of_them
-- finds: duplicate-id payment_id
create table stg_a__payments as select i as payment_id, 1.5 as amount from range(40) t(i);
create table stg_b__payments as select i as payment_id, 1.5 as amount from range(30) t(i);
create view all_of_them as select payment_id, amount from stg_a__payments union all select payment_id, amount from stg_b__payments;
