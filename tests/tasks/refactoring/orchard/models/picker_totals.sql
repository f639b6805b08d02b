with pickers as (
    select * from {{ ref('pickers') }}
),

crates as (
    select * from {{ ref('crates') }}
),

varieties as (
    select * from {{ ref('varieties') }}
),

totals as (
    select
        crates.picker_id,
        count(*) as crates,
        sum(crates.weight_kg) as kg
    from crates
    left join varieties
        on crates.variety_id = varieties.variety_id
    group by crates.picker_id
)

select
    pickers.picker_id,
    pickers.name,
    coalesce(totals.crates, 0) as crates,
    totals.kg
from pickers
left join totals on pickers.picker_id = totals.picker_id
