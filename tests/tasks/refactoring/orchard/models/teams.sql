with known as (
    select
        crates.picker_id,
        crates.weight_kg
    from {{ ref('crates') }} as crates
    inner join {{ ref('pickers') }} as pickers using (picker_id)
    where pickers.team is not null
),

counts as (
    select
        picker_id,
        count(*) as crates
    from known
    group by picker_id
),

also_known as (
    select
        crates.picker_id,
        crates.weight_kg
    from {{ ref('crates') }} as crates
    inner join {{ ref('pickers') }} as pickers using (picker_id)
    where pickers.team is not null
),

weights as (
    select
        also_known.picker_id,
        sum(also_known.weight_kg) as kg
    from also_known
    group by also_known.picker_id
)

select
    counts.picker_id,
    counts.crates,
    weights.kg
from counts
inner join weights using (picker_id)
