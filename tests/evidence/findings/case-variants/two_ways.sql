-- looks at: orders
-- finds: case-variants status
-- says: `status` writes a value in more than one way, differing in case or blanks: 'paid' (30 rows) and 'Paid' (10 rows).
create table orders as select i as id, case when i % 4 = 0 then 'Paid' when i < 40 then 'paid' else 'open' end as status
from range(80) t(i) where i < 40 or i % 4 <> 0;
