with priced as (
    select
        crates.crate_id,
        crates.picker_id,  -- who picked it
        crates.weight_kg,  -- without the crate
        varieties.cents_per_kg,
        lower(varieties.variety) as variety_name,
        crates.weight_kg * varieties.cents_per_kg as cents
    from {{ ref('crates') }} as crates
    inner join {{ ref('varieties') }} as varieties
        on crates.variety_id = varieties.variety_id
)

select
    crate_id,
    weight_kg,
    cents / 100.0 as euros
from priced
