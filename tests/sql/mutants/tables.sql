create table orders (
    id integer, customer_id integer, shop_id integer, status varchar, channel varchar, amount integer,
    discount integer, rate double, price decimal(10, 2), ordered_at timestamp, sent_at timestamp, ordered_on date,
    sent_on date, is_paid boolean, is_returned boolean
);
create table returns as select * from orders;
create table customers (id integer, name varchar, email varchar, referrer_id integer, created_on date, is_paid boolean);
create table lines (order_id integer, line integer, sku varchar, quantity integer, unit_price decimal(10, 2));
create table loaded (id integer, ordered_at timestamp);
