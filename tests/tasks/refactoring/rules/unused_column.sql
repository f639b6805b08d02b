-- before: in the middle, with its comment
with heavy as (
    select
        crate_id,
        note,  -- of the picker
        kg
    from {{ ref('crates') }}
)

select crate_id, kg from heavy

-- after
with heavy as (
    select
        crate_id,
        kg
    from {{ ref('crates') }}
)

select crate_id, kg from heavy

-- before: the last, and the comment of the one before stays
with heavy as (
    select
        crate_id,
        kg,  -- without the crate
        upper(note) as shouted
    from {{ ref('crates') }}
    where kg > 10
)

select crate_id, kg from heavy

-- after
with heavy as (
    select
        crate_id,
        kg  -- without the crate
    from {{ ref('crates') }}
    where kg > 10
)

select crate_id, kg from heavy

-- before: commas before
with heavy as (
    select
        crate_id
        , note -- of the picker
        , kg
        , day
    from {{ ref('crates') }}
)

select crate_id, kg from heavy

-- after
with heavy as (
    select
        crate_id
        , kg
    from {{ ref('crates') }}
)

select crate_id, kg from heavy

-- before: of a filter on the same column
with heavy as (
    select crate_id, kg
    from {{ ref('crates') }}
    where kg > 10
)

select crate_id from heavy

-- after
with heavy as (
    select crate_id
    from {{ ref('crates') }}
    where kg > 10
)

select crate_id from heavy

-- before: an aggregate beside another
with days as (
    select
        day,
        max(kg) as most,
        sum(kg) as kg
    from {{ ref('crates') }}
    group by day
)

select day, kg from days

-- after
with days as (
    select
        day,
        sum(kg) as kg
    from {{ ref('crates') }}
    group by day
)

select day, kg from days

-- before: a comment of its own between two columns
with heavy as (
    select
        crate_id,
        note,
        -- without the crate
        kg
    from {{ ref('crates') }}
)

select crate_id, kg from heavy

-- left: comment-in-the-way

-- before: the only aggregate makes one row
with sums as (
    select
        1 as one,
        sum(kg) as kg
    from {{ ref('crates') }}
)

select one from sums

-- stays

-- before: all columns are handed on
with heavy as (
    select crate_id, note from {{ ref('crates') }}
)

select * from heavy

-- stays

-- before: a grouping key says what a row is
with days as (
    select day, picker_id, sum(kg) as kg
    from {{ ref('crates') }}
    group by day, picker_id
)

select day, kg from days

-- stays

-- before: columns are counted from the left
with days as (
    select note, day, sum(kg) as kg
    from {{ ref('crates') }}
    group by 2, 1
)

select day, kg from days

-- stays

-- before: DISTINCT needs each column
with days as (
    select distinct day, note from {{ ref('crates') }}
)

select day from days

-- stays

-- before: a join by name
with days as (
    select crate_id, picker_id from {{ ref('crates') }}
)

select days.crate_id, pickers.name
from days
inner join {{ ref('pickers') }} as pickers using (picker_id)

-- stays

-- before: a natural join
with days as (
    select crate_id, picker_id from {{ ref('crates') }}
)

select crate_id, name
from days
natural join {{ ref('pickers') }} as pickers

-- stays

-- before: Jinja names columns
with days as (
    select crate_id, kg, note from {{ ref('crates') }}
)

select {% for name in ['crate_id', 'kg'] %}{{ name }}{{ ', ' if not loop.last }}{% endfor %}
from days

-- stays

-- before: Jinja has the name in a list
{% set wanted = ['note'] %}
with days as (
    select crate_id, kg, note from {{ ref('crates') }}
)

select crate_id, kg
from days

-- stays

-- before: the alias is used beside it
with days as (
    select crate_id, kg * 2 as double_kg, kg
    from {{ ref('crates') }}
    where double_kg > 3
)

select crate_id, kg from days

-- stays

-- before: a union needs each column
with days as (
    select day, kg from {{ ref('crates') }}
    union
    select day, kg from {{ ref('returns') }}
)

select day from days

-- stays

-- before: the whole row is read
with days as (
    select crate_id, kg from {{ ref('crates') }}
)

select crate_id, days as everything from days

-- stays

-- before: in a correlated subquery
with days as (
    select crate_id, picker_id from {{ ref('crates') }}
)

select crate_id
from days
where exists (select 1 from {{ ref('pickers') }} as pickers where pickers.picker_id = days.picker_id)

-- stays
