-- original
select row_number() over (order by sent_at) as n, row_number() over (order by sent_at desc nulls first) as m from orders

-- mutant: `sent_at` became `sent_at NULLS FIRST` in the column `n` of the final query.
SELECT ROW_NUMBER() OVER (ORDER BY sent_at NULLS FIRST) AS n, ROW_NUMBER() OVER (ORDER BY sent_at DESC NULLS FIRST) AS m FROM orders

-- mutant: `sent_at DESC NULLS FIRST` became `sent_at DESC` in the column `m` of the final query.
SELECT ROW_NUMBER() OVER (ORDER BY sent_at) AS n, ROW_NUMBER() OVER (ORDER BY sent_at DESC) AS m FROM orders

-- original: decides nothing
select id from orders order by amount
