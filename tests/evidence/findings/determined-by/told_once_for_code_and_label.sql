-- looks at: bikes
-- finds: determined-by status_label, determined-by is_rentable
create table bikes as select i as id, i % 4 as status_code, ['free', 'broken', 'kept', 'lost'][i % 4 + 1] as status_label, i % 4 < 2 as is_rentable from range(80) t(i);
