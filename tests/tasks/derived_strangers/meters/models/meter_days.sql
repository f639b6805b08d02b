select r.meter_no, m.site_code, m.medium, cast(r.read_at as date) as read_on, sum(r.kwh) as kwh, count(*) as readings,
  sum(case when r.flag = 'est' then 1 else 0 end) as estimated, avg(case when r.flag = 'est' then 1.0 else 0 end) as estimated_share,
  sum(case when r.flag = 'est' then r.kwh end) as estimated_kwh, min(r.read_at) as first_read_at, max(r.kwh) - min(r.kwh) as spread
from {{ ref('all_readings') }} r
join {{ ref('meters') }} m on m.meter = r.meter_no
group by all
