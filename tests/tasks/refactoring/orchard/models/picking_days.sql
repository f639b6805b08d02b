with picked as (
    select
        crate_id,
        picker_id,
        picked_on
    from {{ ref('crates') }}
    where picker_id is not null
    order by picked_on, crate_id
),

days as (
    select
        picker_id,
        min(picked_on) as first_day,
        max(picked_on) as last_day,
        count(distinct picked_on) as days
    from picked
    group by picker_id
)

select distinct
    picker_id,
    first_day,
    last_day,
    days
from days
