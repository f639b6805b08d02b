-- before: a loop of Jinja
select
    picker_id,
    sum(case when note = 'ripe' then kg end) as ripe_kg,
    sum(case when note = 'green' then kg end) as green_kg,
    sum(case when note = 'bruised' then kg end) as bruised_kg,
    sum(case when note = 'small' then kg end) as small_kg,
    sum(kg) as kg
from {{ ref('crates') }}
group by picker_id

-- after
select
    picker_id,
    {% for note in ['ripe', 'green', 'bruised', 'small'] -%}
    sum(case when note = '{{ note }}' then kg end) as {{ note }}_kg,
    {% endfor -%}
    sum(kg) as kg
from {{ ref('crates') }}
group by picker_id

-- before: at the end of the list, with names in lower case, of more than one string
with pickers as (select * from {{ ref('pickers') }})

select
    team,
    count(*) filter (where name = 'Ann') + count(*) filter (where team = 'Ann') as n_ann,
    count(*) filter (where name = 'Ben') + count(*) filter (where team = 'Ben') as n_ben,
    count(*) filter (where name = 'Cleo') + count(*) filter (where team = 'Cleo') as n_cleo,
    count(*) filter (where name = 'Dov') + count(*) filter (where team = 'Dov') as n_dov,
    count(*) filter (where name = 'Eve') + count(*) filter (where team = 'Eve') as n_eve
from pickers
group by team

-- after
with pickers as (select * from {{ ref('pickers') }})

select
    team,
    {% for name in ['Ann', 'Ben', 'Cleo', 'Dov', 'Eve'] -%}
    count(*) filter (where name = '{{ name }}') + count(*) filter (where team = '{{ name }}') as n_{{ name | lower }}{% if not loop.last %},{% endif %}
    {% endfor -%}
from pickers
group by team

-- before: many values
select
    picker_id,
    max(case when note = 'the first picking' then 1 else 0 end) as "the first picking",
    max(case when note = 'a' then 1 else 0 end) as was_a,
    max(case when note = 'b' then 1 else 0 end) as was_b,
    max(case when note = 'golden_delicious_1' then 1 else 0 end) as was_golden_delicious_1,
    max(case when note = 'golden_delicious_2' then 1 else 0 end) as was_golden_delicious_2,
    max(case when note = 'golden_delicious_3' then 1 else 0 end) as was_golden_delicious_3,
    max(case when note = 'golden_delicious_4' then 1 else 0 end) as was_golden_delicious_4,
    max(case when note = 'golden_delicious_5' then 1 else 0 end) as was_golden_delicious_5
from {{ ref('crates') }}
group by picker_id

-- after
select
    picker_id,
    max(case when note = 'the first picking' then 1 else 0 end) as "the first picking",
    {% for note in [
        'a', 'b', 'golden_delicious_1', 'golden_delicious_2', 'golden_delicious_3',
        'golden_delicious_4', 'golden_delicious_5'
    ] -%}
    max(case when note = '{{ note }}' then 1 else 0 end) as was_{{ note }}{% if not loop.last %},{% endif %}
    {% endfor -%}
from {{ ref('crates') }}
group by picker_id

-- before: dbt_utils.pivot
{# dbt_utils #}
select
    picker_id,
    sum(case when c.note = 'ripe' then kg end) as ripe_kg,
    sum(case when c.note = 'green' then kg end) as green_kg,
    sum(case when c.note = 'small' then kg end) as small_kg,
    sum(case when c.note = 'bruised' then kg end) as bruised_kg,
    sum(case when c.note = 'red' then kg end) as red_kg,
    sum(case when c.note = 'gold' then kg end) as gold_kg,
    sum(case when c.note = 'early' then kg end) as early_kg,
    sum(case when c.note = 'late' then kg end) as late_kg,
    sum(case when c.note = 'sour' then kg end) as sour_kg,
    sum(kg) as kg
from {{ ref('crates') }} as c
group by picker_id

-- after
{# dbt_utils #}
select
    picker_id,
    {{ dbt_utils.pivot(
        'c.note',
        ['ripe', 'green', 'small', 'bruised', 'red', 'gold', 'early', 'late', 'sour'],
        suffix='_kg',
        then_value='kg',
        else_value='null',
        quote_identifiers=false
    ) }},
    sum(kg) as kg
from {{ ref('crates') }} as c
group by picker_id

-- before: a loop is shorter
{# dbt_utils #}
select
    picker_id,
    sum(case when c.note = 'ripe' then kg end) as ripe_kg,
    sum(case when c.note = 'green' then kg end) as green_kg,
    sum(case when c.note = 'small' then kg end) as small_kg,
    sum(case when c.note = 'bruised' then kg end) as bruised_kg,
    sum(kg) as kg
from {{ ref('crates') }} as c
group by picker_id

-- after
{# dbt_utils #}
select
    picker_id,
    {% for note in ['ripe', 'green', 'small', 'bruised'] -%}
    sum(case when c.note = '{{ note }}' then kg end) as {{ note }}_kg,
    {% endfor -%}
    sum(kg) as kg
from {{ ref('crates') }} as c
group by picker_id

-- before: dbt_utils.pivot with its defaults
{# dbt_utils #}
select
    picker_id,
    sum(case when note = 'ripe' then 1 else 0 end) as ripe,
    sum(case when note = 'green' then 1 else 0 end) as green,
    sum(case when note = 'small' then 1 else 0 end) as small,
    sum(case when note = 'bruised' then 1 else 0 end) as bruised
from {{ ref('crates') }}
group by picker_id

-- after
{# dbt_utils #}
select
    picker_id,
    {{ dbt_utils.pivot('note', ['ripe', 'green', 'small', 'bruised'], quote_identifiers=false) }}
from {{ ref('crates') }}
group by picker_id

-- before: dbt_utils.pivot does not make these
{# dbt_utils #}
select
    picker_id,
    round(sum(case when note = 'ripe' then kg end), 1) as ripe_kg,
    round(sum(case when note = 'green' then kg end), 1) as green_kg,
    round(sum(case when note = 'small' then kg end), 1) as small_kg,
    round(sum(case when note = 'tiny' then kg end), 1) as tiny_kg,
    round(sum(case when note = 'bruised' then kg end), 1) as bruised_kg
from {{ ref('crates') }}
group by picker_id

-- after
{# dbt_utils #}
select
    picker_id,
    {% for note in ['ripe', 'green', 'small', 'tiny', 'bruised'] -%}
    round(sum(case when note = '{{ note }}' then kg end), 1) as {{ note }}_kg{% if not loop.last %},{% endif %}
    {% endfor -%}
from {{ ref('crates') }}
group by picker_id

-- before: too few, other names, a comment, another layout
select
    picker_id,
    sum(case when note = 'a' then kg end) as a,
    sum(case when note = 'b' then kg end) as b,
    sum(case when note = 'c' then kg end) as c,
    max(case when note = 'a' then kg end) as first,
    max(case when note = 'b' then kg end) as second,
    max(case when note = 'c' then kg end) as third,
    max(case when note = 'd' then kg end) as fourth,
    min(case when note = 'k' then kg end) as k, min(case when note = 'l' then kg end) as l,
    min(case when note = 'm' then kg end) as m, min(case when note = 'n' then kg end) as n
from {{ ref('crates') }}
group by picker_id

-- stays

-- before: comments
select
    picker_id,
    sum(case when note = 'ripe' then kg end) as ripe_kg, -- the good ones
    sum(case when note = 'green' then kg end) as green_kg,
    sum(case when note = 'small' then kg end) as small_kg,
    sum(case when note = 'bruised' then kg end) as bruised_kg,
    sum(case when note = /* rotten */ 'bad' then kg end) as bad_kg
from {{ ref('crates') }}
group by picker_id

-- stays

-- before: the same value twice
select
    picker_id,
    sum(case when note = 'a' then kg end) as a,
    sum(case when note = 'b' then kg end) as b,
    sum(case when note = 'c' then kg end) as c,
    sum(case when note = 'a' then kg end) as a
from {{ ref('crates') }}
group by picker_id

-- stays
