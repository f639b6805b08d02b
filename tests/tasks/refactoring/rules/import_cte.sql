-- before: no CTE yet; the aliases are names
-- crates with who picked them
select
    crates.crate_id,
    pickers.name
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id

-- after
-- crates with who picked them
with crates as (
    select * from {{ ref('crates') }}
),

pickers as (
    select * from {{ ref('pickers') }}
)

select
    crates.crate_id,
    pickers.name
from crates
left join pickers on pickers.picker_id = crates.picker_id

-- before: behind the imports that there are, in their layout
with crates as (

    select * from {{ ref('crates') }}

),

weights as (

    select
        picker_id,
        sum(kg) as kg
    from crates
    group by picker_id

)

select
    pickers.name,
    weights.kg
from weights
inner join {{ ref('pickers') }} pickers on pickers.picker_id = weights.picker_id

-- after
with crates as (

    select * from {{ ref('crates') }}

),

pickers as (

    select * from {{ ref('pickers') }}

),

weights as (

    select
        picker_id,
        sum(kg) as kg
    from crates
    group by picker_id

)

select
    pickers.name,
    weights.kg
from weights
inner join pickers on pickers.picker_id = weights.picker_id

-- before: aliases that say nothing stay beside the name
SELECT C.crate_id, P.name
FROM {{ ref("crates") }} AS C
INNER JOIN {{ ref("pickers") }} AS P ON P.picker_id = C.picker_id

-- after
WITH crates AS (
    SELECT * FROM {{ ref("crates") }}
),

pickers AS (
    SELECT * FROM {{ ref("pickers") }}
)

SELECT C.crate_id, P.name
FROM crates AS C
INNER JOIN pickers AS P ON P.picker_id = C.picker_id

-- before: a CTE that does more, and a subquery; one relation is read twice
with sums as (
    select picker_id, sum(kg) as kg
    from {{ ref('crates') }}
    group by picker_id
)

select sums.picker_id, sums.kg
from sums
where sums.picker_id in (select picker_id from {{ ref('shifts') }})
    and sums.picker_id not in (select picker_id from {{ ref('crates') }} where kg > 10 and picker_id is not null)

-- after
with crates as (
    select * from {{ ref('crates') }}
),

shifts as (
    select * from {{ ref('shifts') }}
),

sums as (
    select picker_id, sum(kg) as kg
    from crates
    group by picker_id
)

select sums.picker_id, sums.kg
from sums
where sums.picker_id in (select picker_id from shifts)
    and sums.picker_id not in (select picker_id from crates where kg > 10 and picker_id is not null)

-- before: commas before, and an import of the same relation
with pickers as (
    select * from {{ ref('pickers') }}
)

, teams as (
    select team, count(*) as pickers_of_team from pickers group by team
)

, crowded as (
    select p.name, teams.team
    from {{ ref('pickers') }} as p
    inner join teams on teams.team = p.team
    left join {{ ref('shifts') }} as shifts on shifts.picker_id = p.picker_id
)

select name, team from crowded

-- after
with pickers as (
    select * from {{ ref('pickers') }}
)

, shifts as (
    select * from {{ ref('shifts') }}
)

, teams as (
    select team, count(*) as pickers_of_team from pickers group by team
)

, crowded as (
    select p.name, teams.team
    from pickers as p
    inner join teams on teams.team = p.team
    left join shifts on shifts.picker_id = p.picker_id
)

select name, team from crowded

-- before: its name means something else here
with crates as (
    select crate_id, picker_id, kg from {{ ref('crates') }} where kg > 10
)

select crates.crate_id, others.kg
from crates
inner join {{ ref('crates') }} as others on others.picker_id = crates.picker_id

-- stays

-- before: one relation, read once
select day, sum(kg) as kg
from {{ ref('crates') }}
group by day

-- stays

-- before: imports that take some of the columns and rows
with heavy as (
    select
        crate_id,
        picker_id,
        kg / 1000 as tons
    from {{ ref('crates') }}
    where kg > 10
),

pickers as (
    select * from {{ ref('pickers') }}
)

select heavy.tons, pickers.name
from heavy
inner join pickers on pickers.picker_id = heavy.picker_id

-- stays

-- before: under a condition
select crates.crate_id
from {{ ref('shifts') }} as shifts
inner join {{ ref('crates') }} as crates on crates.picker_id = shifts.picker_id
{% if var('named', false) %}
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id
{% endif %}

-- after
with shifts as (
    select * from {{ ref('shifts') }}
),

crates as (
    select * from {{ ref('crates') }}
)

select crates.crate_id
from shifts
inner join crates on crates.picker_id = shifts.picker_id
{% if var('named', false) %}
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id
{% endif %}

-- before: a comment stands behind the last import
with crates as (
    select * from {{ ref('crates') }}
), -- all of them

sums as (
    select crates.day, sum(shifts.hours) as hours
    from crates
    inner join {{ ref('shifts') }} as shifts on shifts.day = crates.day
    group by crates.day
)

select day, hours from sums

-- left: comment-in-the-way

-- before: an import that takes what is new
with crates as (
    select * from {{ ref('crates') }}
    {% if is_incremental() %}
    where day > (select max(day) from {{ this }})
    {% endif %}
),

shifts as (
    select * from {{ ref('shifts') }} where picker_id in (select picker_id from {{ ref('pickers') }})
)

select crates.crate_id, shifts.hours
from crates
inner join shifts on shifts.day = crates.day and shifts.picker_id = crates.picker_id

-- stays
