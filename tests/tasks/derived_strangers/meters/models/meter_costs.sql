select d.meter_no, d.read_on, d.kwh, t.cents_per_kwh, d.kwh * t.cents_per_kwh / 100 as cost, t.valid_from as tariff_from,
  sum(d.kwh) over (partition by d.meter_no order by d.read_on) as kwh_to_date,
  avg(d.kwh) over (partition by d.meter_no order by d.read_on rows between 6 preceding and current row) as kwh_avg_7,
  rank() over (partition by d.read_on order by d.kwh desc) as day_rank
from {{ ref('meter_days') }} d
left join {{ ref('tariffs') }} t on t.medium = d.medium and d.read_on >= t.valid_from and d.read_on <= coalesce(t.valid_to, date '9999-12-31')
