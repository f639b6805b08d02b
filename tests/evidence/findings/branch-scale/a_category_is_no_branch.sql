-- looks at: payments
-- finds: nothing
create table payments as
select i as id, 'car' as product_type, (1010 + (i % 31) * 100)::double as amount from range(62) t(i)
union all select i, 'gum', 10.1 + i % 31 from range(62) t(i);
