{% set varieties = {'cox': 10, 'elstar': 11} %}

with crates as (
    select * from {{ ref('crates') }}
),

pickers as (
    select * from {{ ref('pickers') }}
),

sums as (
    select
        picked_on,
        {% for name, id in varieties.items() -%}
        sum(case when variety_id = {{ id }} then weight_kg else 0 end) as {{ name }}_kg,
        {% endfor -%}
        count(*) as crates
    from crates
    group by picked_on
)

select
    picked_on,
    {% for name in varieties %}
    {{ name }}_kg{{ "," if not loop.last }}
    {% endfor %}
from sums
