select count(*) as meter_days, sum(kwh) as kwh, min(read_on) as first_day, max(read_on) as last_day, count(distinct site_code) as sites from {{ ref('meter_days') }}
