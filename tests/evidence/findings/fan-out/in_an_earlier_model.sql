-- looks at: revenue
-- unique orders: id
-- finds: fan-out total
create table orders as select i as id, i % 5 as customer, 10 as amount from range(40) t(i);
create table payments as select i as id, i % 40 as order_id from range(80) t(i);
create view joined as select o.id, o.customer, o.amount as order_amount, p.id as payment from orders as o left join payments as p on p.order_id = o.id;
create view revenue as select customer, sum(order_amount) as total from joined group by customer;
