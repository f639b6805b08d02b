select 'a' as source_system, meter as meter_no, read_at::timestamp as read_at, watt_hours / 1000.0 as kwh, flag from {{ ref('readings_a') }} where flag <> 'err'
union all
select 'b', meter, read_at::timestamp, kwh, flag from {{ ref('readings_b') }} where flag <> 'err'
