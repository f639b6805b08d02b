select s.day, s.is_weekend, coalesce(t.kwh, 0) as kwh, t.kwh is null as is_gap, coalesce(t.meters, 0) as meters
from {{ ref('day_spine') }} s
left join (select read_on, sum(kwh) as kwh, count(*) as meters from {{ ref('meter_days') }} group by read_on) t on t.read_on = s.day
