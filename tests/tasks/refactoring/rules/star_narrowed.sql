-- before: the columns that are used
with crates as (

    select * from {{ ref('crates') }}

),

pickers as (

    select * from {{ ref('pickers') }}

)

select
    crates.day,
    pickers.team,
    sum(kg) as kg
from crates
inner join pickers on pickers.picker_id = crates.picker_id
group by crates.day, pickers.team

-- after
with crates as (

    select
        picker_id,
        kg,
        day
    from {{ ref('crates') }}

),

pickers as (

    select
        picker_id,
        team
    from {{ ref('pickers') }}

)

select
    crates.day,
    pickers.team,
    sum(kg) as kg
from crates
inner join pickers on pickers.picker_id = crates.picker_id
group by crates.day, pickers.team

-- before: on one line, on two lines, and in capitals
WITH crates AS (SELECT * FROM {{ ref('crates') }}),

shifts AS (
    SELECT *
    FROM {{ ref('shifts') }}
)

SELECT crates.kg, s.hours FROM crates INNER JOIN shifts AS s ON s.day = crates.day

-- after
WITH crates AS (
    SELECT
        kg,
        day
    FROM {{ ref('crates') }}
),

shifts AS (
    SELECT
        day,
        hours
    FROM {{ ref('shifts') }}
)

SELECT crates.kg, s.hours FROM crates INNER JOIN shifts AS s ON s.day = crates.day

-- before: most columns are used
with returns as (
    select * from {{ ref('returns') }}
)

select return_id, kg, day from returns

-- stays

-- before: who reads it takes all
with crates as (
    select * from {{ ref('crates') }}
),

heavy as (
    select * from crates where kg > 10
)

select crate_id, kg from heavy

-- stays

-- before: Jinja names columns
with crates as (
    select * from {{ ref('crates') }}
)

select crate_id, {{ var('measure', 'kg') }} from crates

-- stays

-- before: rows are counted
with crates as (
    select * from {{ ref('crates') }}
)

select count(*) as n from crates

-- stays

-- before: columns that are not known
with crates as (
    select * from {{ ref('somewhere') }}
)

select crate_id from crates

-- stays

-- before: it does more than hand on
with crates as (
    select * from {{ ref('crates') }} where kg > 10
)

select crate_id from crates

-- stays
