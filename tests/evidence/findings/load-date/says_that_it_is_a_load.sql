-- looks at: accounts
-- finds: nothing
create table accounts as select i as id, timestamp '2023-01-01 03:12:44' + interval (i // 100) day as _loaded_at, date '2023-01-01' + interval (i // 30) month as month from range(300) t(i);
