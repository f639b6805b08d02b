-- looks at: lines
-- finds: text-dates sold
create table lines as select i as id, (date '2023-01-01' + i::int)::varchar as sold from range(40) t(i);
