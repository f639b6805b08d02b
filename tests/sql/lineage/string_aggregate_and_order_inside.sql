-- dialect: postgres
-- names <- customers.first_name aggregated
-- names <- customers.last_name aggregated
-- * <- customers.email grouped by
select string_agg(first_name, ', ' order by last_name) as names from db.main.customers group by email
