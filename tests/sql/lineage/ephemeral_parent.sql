-- dialect: duckdb
-- id <- customers.customer_id renamed
-- * <- customers.email filtered by
with __dbt__cte__stg_customers as (
-- a comment; with a semicolon
select customer_id as id from db.main.customers where email like '%@%'
) select id from __dbt__cte__stg_customers
