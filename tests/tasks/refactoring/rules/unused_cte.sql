-- before: the first
with crates as (
    select * from {{ ref('crates') }}
),

pickers as (
    select * from {{ ref('pickers') }}
)

select name from pickers

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

select name from pickers

-- before: the last, with a comment inside
with pickers as (
    select * from {{ ref('pickers') }}
),

crates as (
    select * from {{ ref('crates') }}  -- all of them
)

select name from pickers

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

select name from pickers

-- before: the only one
{{ config(materialized='view') }}

with crates as (select * from {{ ref('crates') }})

select name from {{ ref('pickers') }}

-- after
{{ config(materialized='view') }}

select name from {{ ref('pickers') }}

-- before: commas before, and the comment of the next one
with pickers as (
    select * from {{ ref('pickers') }}
)

, crates as (
    select * from {{ ref('crates') }}
)

, teams as (
    select distinct team from pickers
)

select team from teams

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

, teams as (
    select distinct team from pickers
)

select team from teams

-- before: the comment of the next one stays
with crates as (
    select * from {{ ref('crates') }}
),

-- who works here
pickers as (
    select * from {{ ref('pickers') }}
)

select name from pickers

-- after
with

-- who works here
pickers as (
    select * from {{ ref('pickers') }}
)

select name from pickers

-- before: a whole block of Jinja goes with it
with pickers as (
    select * from {{ ref('pickers') }}
),

crates as (
    select * from {{ ref('crates') }}
    {% if var('recent') %}
    where day > '2024-01-01'
    {% endif %}
)

select name from pickers

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

select name from pickers

-- before: a comment is about it
with pickers as (
    select * from {{ ref('pickers') }}
),

-- needed again next year
crates as (
    select * from {{ ref('crates') }}
)

select name from pickers

-- left: comment-in-the-way

-- before: a block of Jinja begins before it
with pickers as (
    select * from {{ ref('pickers') }}
)
{% if var('recent') %}
, crates as (
    select * from {{ ref('crates') }}
)
{% endif %}

select name from pickers

-- left: jinja-in-the-way

-- before: a macro reads it by its name
with crates as (
    select * from {{ ref('crates') }}
)

select name, {{ count_rows('crates') }} as crates from {{ ref('pickers') }}

-- stays

-- before: the other branch reads it
with crates as (
    select * from {{ ref('crates') }}
)

select name
{% if var('few', true) %}
from {{ ref('pickers') }}
{% else %}
from (select note as name from crates) as notes
{% endif %}

-- stays

-- before: read in a subquery
with crates as (
    select * from {{ ref('crates') }}
)

select name from {{ ref('pickers') }}
where picker_id in (select picker_id from crates)

-- stays
