-- dialect: duckdb
-- total <- payments.amount aggregated
-- k <- payments.method renamed
-- * <- payments.method grouped by
select t.total, t.k from (select method, sum(amount) from db.main.payments group by 1) as t(k, total)
