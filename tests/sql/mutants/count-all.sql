-- original
select count(sent_at) as sent, count(case when is_paid then 1 end) as paid from orders

-- mutant: `COUNT(sent_at)` became `COUNT(*)` in the column `sent` of the final query.
SELECT COUNT(*) AS sent, COUNT(CASE WHEN is_paid THEN 1 END) AS paid FROM orders

-- mutant: `COUNT(CASE WHEN is_paid THEN 1 END)` became `COUNT(*)` in the column `paid` of the final query.
SELECT COUNT(sent_at) AS sent, COUNT(*) AS paid FROM orders

-- original: the same already
select count(1) as n, count(*) as m from orders
