select boat_id, boat_name, dbt_valid_to is null as is_current
from {{ ref('boats_history') }}
