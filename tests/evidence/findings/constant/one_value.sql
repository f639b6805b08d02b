-- looks at: orders
-- finds: constant currency
-- says: `currency` is 'EUR' in all 10 rows.
create table orders as select i as id, 'EUR' as currency, if(i = 3, null, 'web') as channel from range(10) t(i);
