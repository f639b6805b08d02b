-- looks at: orders
-- finds: empty-relation
-- says: orders is in the database but has no rows, so its data says nothing.
create table orders (id int, tags varchar[]);
