-- looks at: accounts
-- finds: load-date created_at
-- says: `created_at` has only 3 different moments in 300 rows, each shared by at least 100 rows to the second: it is the time of a load, not of an event.
create table accounts as select i as id, timestamp '2023-01-01 03:12:44' + interval (i // 100) day as created_at from range(300) t(i);
