select p.echo_id, p.ping_id, p.kind, p.email, p.ship_id, s.launched, p.strength * 2 as doubled
from {{ source('raw', 'pings') }} as p
left join {{ ref('stg_ships') }} as s on s.ship_id = p.ship_id
