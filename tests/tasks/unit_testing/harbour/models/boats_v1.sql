select boat_id, boat_name from {{ ref('raw_boats') }}
