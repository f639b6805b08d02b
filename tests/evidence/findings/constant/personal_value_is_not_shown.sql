-- looks at: orders
-- finds: constant owner_email
-- says: `owner_email` has the same value in all 30 rows.
create table orders as select i as id, 'ada@example.org' as owner_email from range(30) t(i);
