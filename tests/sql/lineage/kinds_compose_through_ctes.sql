-- dialect: duckdb
-- id <- orders.customer_id renamed
-- total <- orders.amount aggregated
-- share <- orders.amount aggregated
-- upper_status <- orders.status computed
-- * <- orders.customer_id grouped by
-- * <- orders.status grouped by
with source as (select * from db.main.orders),
renamed as (select customer_id as who, cast(amount as double) as value, upper(status) as s from source),
summed as (select who, s, sum(value) as total from renamed group by who, s)
select who as id, total, round(100 * total, 1) as share, s as upper_status from summed
