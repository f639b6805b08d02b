select ship_id, fee::numeric(12, 4) as fee, length_m::numeric as length_m, (share * 100)::numeric(8, 3) as percent,
  length_m * 3 as cable, sign(length_m - 20) as side
from {{ ref('stg_ships') }}
