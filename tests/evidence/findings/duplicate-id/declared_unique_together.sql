-- looks at: lines
-- unique: order_no, position
-- finds: duplicate-id order_no
-- says: `order_no` and `position` are declared unique together, but 1 of their combinations occurs more than once (2 rows).
create table lines as select i // 5 as order_no, i % 5 as position from range(50) t(i) union all select 1, 1;
