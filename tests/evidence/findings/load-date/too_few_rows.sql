-- looks at: accounts
-- finds: nothing
create table accounts as select i as id, timestamp '2023-01-01 03:12:44' as created_at from range(99) t(i);
