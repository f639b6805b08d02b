select distinct picked_on as day
from {{ ref('crates') }}

union

select distinct returned_on as day
from {{ ref('returns') }}
