-- the same day can be on both sides, and several times on one
select
    'event' as kind,
    picked_on as day
from {{ ref('crates') }}

union

select
    'event' as kind,
    returned_on as day
from {{ ref('returns') }}
