select cast(range as date) as day, extract('isodow' from range) in (6, 7) as is_weekend, date_part('month', range) as month_no
from range(timestamp '2024-01-01', timestamp '2024-12-31', interval 1 day)
