-- looks at: accounts
-- finds: load-date created_at
-- says: `created_at` has only 12 different days in 120 rows, each shared by at least 10 rows and never before `signed_up_at`: it is the date of a load, not of an event.
create table accounts as
select i as id, date '2023-01-01' + (i * 3)::int as signed_up_at, date '2023-02-01' + interval (i // 10) month as created_at from range(120) t(i);
