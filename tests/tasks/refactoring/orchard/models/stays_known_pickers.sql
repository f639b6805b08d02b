-- an inner join leaves rows out
select crates.crate_id
from {{ ref('crates') }} as crates
inner join {{ ref('pickers') }} as pickers
    on pickers.picker_id = crates.picker_id
