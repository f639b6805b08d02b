-- dialect: bigquery
-- city <- orders.details computed
select o.details.city as city from db.main.orders o
