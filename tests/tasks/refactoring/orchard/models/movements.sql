select
    crate_id as movement_id,
    'in' as direction,
    picked_on as moved_on,
    weight_kg
from {{ ref('crates') }}

union

select
    return_id as movement_id,
    'out' as direction,
    returned_on as moved_on,
    weight_kg
from {{ ref('returns') }}
