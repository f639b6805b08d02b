-- dialect: duckdb
-- method <- payments.method pass-through
-- total <- payments.amount aggregated
-- * <- payments.method grouped by
from db.main.payments select method, sum(amount) as total group by all
