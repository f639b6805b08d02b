select boat_id, date_diff('year', built_on, current_date) as age from {{ ref('raw_boats') }}
