-- looks at: revenue
-- unique orders: id
-- finds: fan-out total
-- says: `total` adds up to 800, but orders.amount only to 400: the join with payments repeats rows, and the sum counts them more than once.
create table orders as select i as id, i % 5 as customer, 10 as amount from range(40) t(i);
create table payments as select i as id, i % 40 as order_id from range(80) t(i);
create view revenue as select o.customer, sum(o.amount) as total from orders as o left join payments as p on p.order_id = o.id group by o.customer;
