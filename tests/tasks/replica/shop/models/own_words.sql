select ship_id, to_tsvector('english', name)::text as words from {{ ref('stg_ships') }}
