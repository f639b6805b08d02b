-- looks at: sales
-- unique products: id
-- finds: nothing
create table products as select i as id, 10 as price from range(20) t(i);
create table items as select i as id, i % 20 as product_id from range(200) t(i);
create view sales as select p.id, sum(p.price) as revenue from products as p join items as i on i.product_id = p.id group by p.id;
