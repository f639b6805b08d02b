with crates as (
    select
        crate_id,
        picked_on,
        note,
        weight_kg
    from {{ ref('crates') }}
),

returned as (
    select
        crate_id,
        sum(weight_kg) as returned_kg
    from {{ ref('returns') }}
    group by crate_id
)

select
    crates.crate_id,
    crates.picked_on
    {%- if var('with_weight') %},
    crates.weight_kg,
    returned.returned_kg
    {%- endif %}
from crates
{% if var('with_weight') %}
left join returned on returned.crate_id = crates.crate_id
{% endif %}
