-- looks at: orders_with_totals
-- unique orders: id
-- finds: nothing
create table orders as select i as id, i % 5 as customer, 10 as amount from range(40) t(i);
create view orders_with_totals as
with totals as (select customer, sum(amount) as total from orders group by customer)
select o.id, t.total from orders as o left join totals as t on t.customer = o.customer;
