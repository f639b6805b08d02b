-- original
select extract(month from ordered_on) as m, year(ordered_on) as y, date_part('hour', ordered_at) as h from orders

-- mutant: `EXTRACT(MONTH FROM ordered_on)` became `EXTRACT(DAY FROM ordered_on)` in the column `m` of the final query.
SELECT EXTRACT(DAY FROM ordered_on) AS m, YEAR(ordered_on) AS y, DATE_PART('hour', ordered_at) AS h FROM orders

-- mutant: `YEAR(ordered_on)` became `MONTH(ordered_on)` in the column `y` of the final query.
SELECT EXTRACT(MONTH FROM ordered_on) AS m, MONTH(ordered_on) AS y, DATE_PART('hour', ordered_at) AS h FROM orders

-- mutant: `DATE_PART('hour', ordered_at)` became `DATE_PART('minute', ordered_at)` in the column `h` of the final query.
SELECT EXTRACT(MONTH FROM ordered_on) AS m, YEAR(ordered_on) AS y, DATE_PART('minute', ordered_at) AS h FROM orders
