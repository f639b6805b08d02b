-- looks at: issues
-- finds: filled-when closed_at
-- says: `closed_at` is filled exactly where `state` is 'done' (30 of 60 rows).
create table issues as select i as id, ['done', 'open'][i % 2 + 1] as state, if(i % 2 = 0, date '2024-01-01' + i::int, null) as closed_at from range(60) t(i);
