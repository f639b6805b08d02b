-- looks at: people
-- finds: sentinel phone_model
create table people as select i as id, case i % 10 when 0 then 'N/A' when 1 then '' else 'model ' || i end as phone_model from range(100) t(i);
