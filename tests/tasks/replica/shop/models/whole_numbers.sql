select call_id, minutes / 60 as hours, minutes / 60.0 as exact_hours, minutes % 60 as rest, -minutes / 7 as below,
  (minutes * 1.0 / 7)::integer as rounded, paid_cents::numeric / 100 as paid, round(paid_cents / 300.0, 2) as third
from {{ ref('stg_calls') }}
