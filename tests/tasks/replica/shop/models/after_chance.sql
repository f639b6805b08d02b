select count(*) as n from {{ ref('by_chance') }}
