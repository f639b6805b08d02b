-- looks at: revenue
-- unique orders: id
-- finds: nothing
create table orders as select i as id, i % 5 as customer, 10 as amount from range(40) t(i);
create table payments as select i as id, i as order_id from range(40) t(i);
create view revenue as select o.customer, sum(o.amount) as total from orders as o left join payments as p on p.order_id = o.id group by o.customer;
