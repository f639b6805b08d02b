-- looks at: customers_with_totals
-- unique customers: id
-- finds: nothing
create table customers as select i as id from range(5) t(i);
create table orders as select i as id, i % 5 as customer, 10 as amount from range(40) t(i);
create view customers_with_totals as
with totals as (select customer, sum(amount) as total from orders group by customer)
select c.id, t.total from customers as c left join totals as t on t.customer = c.id;
