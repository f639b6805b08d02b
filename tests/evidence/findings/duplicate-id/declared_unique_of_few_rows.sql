-- looks at: plans
-- unique: code
-- finds: duplicate-id code
-- says: `code` is declared unique, but 1 of its values occurs more than once (2 rows).
create table plans as select * from (values ('a'), ('a'), ('b')) t(code);
