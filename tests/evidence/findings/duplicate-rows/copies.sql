-- looks at: lines
-- finds: duplicate-rows
-- says: 3 of 103 rows are exact copies of another row.
create table lines as select i % 50 as a, i // 50 as b, 'x' as c from range(100) t(i) union all select 1, 1, 'x' from range(3);
