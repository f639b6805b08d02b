-- looks at: stores
-- finds: determined-by region, determined-by country
create table stores as select i as id, 'city ' || (i % 8) as city, 'region ' || (i % 4) as region, 'country ' || (i % 2) as country from range(160) t(i);
