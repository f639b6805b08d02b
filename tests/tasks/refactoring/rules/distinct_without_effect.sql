-- before: over a key
select distinct
    crate_id,
    note
from {{ ref('crates') }}

-- after
select
    crate_id,
    note
from {{ ref('crates') }}

-- before: over groups
select distinct day, sum(kg) as kg from {{ ref('crates') }} group by day

-- after
select day, sum(kg) as kg from {{ ref('crates') }} group by day

-- before: on a line of its own
select
    distinct day
    , count(*) as crates
from {{ ref('crates') }}
group by day

-- after
select
    day
    , count(*) as crates
from {{ ref('crates') }}
group by day

-- before: in a UNION
select distinct day from {{ ref('crates') }}
union
select distinct day from {{ ref('returns') }}

-- after
select day from {{ ref('crates') }}
union
select day from {{ ref('returns') }}

-- before: in a CTE, after a join that repeats no row
with worked as (
    select distinct crates.crate_id, pickers.name
    from {{ ref('crates') }} as crates
    left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id
)

select crate_id, name from worked

-- after
with worked as (
    select crates.crate_id, pickers.name
    from {{ ref('crates') }} as crates
    left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id
)

select crate_id, name from worked

-- before: rows that repeat
select distinct picker_id, day from {{ ref('crates') }}

-- stays

-- before: a join that repeats rows
select distinct crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('returns') }} as returns on returns.crate_id = crates.crate_id

-- stays

-- before: in a UNION ALL
select distinct day from {{ ref('crates') }}
union all
select distinct day from {{ ref('returns') }}

-- stays

-- before: the first of several rows
select distinct on (picker_id) picker_id, crate_id
from {{ ref('crates') }}
order by picker_id, crate_id

-- stays

-- before: a comment between
select -- each once
    distinct crate_id
from {{ ref('crates') }}

-- left: comment-in-the-way
