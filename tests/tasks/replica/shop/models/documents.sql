select ship_id, details ->> 'crew' as crew, (details -> 'home') ->> 'port' as port, flags[2] as flag
from {{ ref('stg_ships') }}
