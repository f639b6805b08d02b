-- looks at: orders
-- finds: nothing
-- A customer signs up before ordering; there are orders on every day.
create table orders as
select i as id, date '2020-01-01' + (i % 400)::int as customer_signup_date, date '2023-01-01' + (i // 100)::int as order_date from range(3000) t(i);
