-- looks at: contracts
-- finds: sentinel valid_to
-- says: `valid_to` is 9999-12-31 in 20 of 120 rows, which stands for no date.
create table contracts as select i as id, date '2023-01-01' + i::int as valid_to from range(100) t(i) union all select i + 200, date '9999-12-31' from range(20) t(i);
