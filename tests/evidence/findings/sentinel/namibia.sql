-- looks at: people
-- finds: nothing
create table people as select i as id, ['NA', 'DE', 'FR'][i % 3 + 1] as country from range(100) t(i);
