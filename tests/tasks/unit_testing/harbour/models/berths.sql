-- where each boat lies now
select boat_id, quay
from {{ source('port', 'moorings') }}
qualify row_number() over (partition by boat_id order by berthed_on desc) = 1
