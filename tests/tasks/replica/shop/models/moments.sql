select ship_id, registered_at, registered_at::date as day, date_trunc('month', launched)::date as month,
  extract(dow from launched)::int as weekday, launched + 30 as later, launched + interval '1 day' as next_day,
  launched - date '2001-01-01' as days, to_char(launched, 'YYYY-MM') as label,
  registered_at at time zone 'UTC' as utc
from {{ ref('stg_ships') }}
