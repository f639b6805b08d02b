-- looks at: enriched
-- unique raw_orders: number
-- finds: duplicate-id order_number
create table raw_orders as select greatest(i, 2) as number, i as amount from range(40) t(i);
create view enriched as select number as order_number, amount * 2 as twice from raw_orders;
