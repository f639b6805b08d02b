with pickers as (
    select * from {{ ref('pickers') }}
),

crates as (
    select * from {{ ref('crates') }}
)

select
    picker_id,
    {{ count_rows('crates') }} as crates
from pickers
