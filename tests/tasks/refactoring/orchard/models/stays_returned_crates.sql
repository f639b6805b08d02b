-- a crate has several returns, so the join repeats it
select
    crates.crate_id,
    crates.weight_kg
from {{ ref('crates') }} as crates
left join {{ ref('returns') }} as returns
    on returns.crate_id = crates.crate_id
