{{ config(materialized='table') }}
select s.site_code, s.site_name, date_trunc('month', d.read_on) as month, sum(d.kwh) as kwh, count(distinct d.meter_no) as meters,
  sum(d.kwh) / max(s.area_sqm) as kwh_per_sqm, sum(d.kwh) filter (where d.medium = 'gas') as gas_kwh,
  100.0 * sum(d.kwh) filter (where d.medium = 'gas') / nullif(sum(d.kwh), 0) as gas_pct
from {{ ref('site_areas') }} s left join {{ ref('meter_days') }} d on d.site_code = s.site_code
where d.medium is not null
group by 1, 2, 3
