-- looks at: accounts
-- finds: nothing
create table accounts as
select i as id, date '2023-01-01' + (i * 3 + if(i = 5, 200, 0))::int as signed_up_at, date '2023-02-01' + interval (i // 10) month as created_at from range(120) t(i);
