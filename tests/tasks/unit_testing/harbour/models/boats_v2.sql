select boat_id, coalesce(boat_name, 'unnamed') as boat_name, built_on < date '2000-01-01' as is_old
from {{ ref('raw_boats') }}
