select count(*) as tables from information_schema.tables
