-- before: on a key
select
    crates.crate_id,
    crates.kg
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers
    on pickers.picker_id = crates.picker_id
where crates.kg > 10

-- after
select
    crates.crate_id,
    crates.kg
from {{ ref('crates') }} as crates
where crates.kg > 10

-- before: on a key of two columns, with USING
select crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('shifts') }} as shifts using (day, picker_id)

-- after
select crates.crate_id
from {{ ref('crates') }} as crates

-- before: on what a CTE is grouped by
with sums as (
    select crate_id, sum(kg) as kg
    from {{ ref('returns') }}
    group by crate_id
)

select crates.crate_id
from {{ ref('crates') }} as crates
left join sums on sums.crate_id = crates.crate_id and sums.kg > 3

-- after
with sums as (
    select crate_id, sum(kg) as kg
    from {{ ref('returns') }}
    group by crate_id
)

select crates.crate_id
from {{ ref('crates') }} as crates

-- before: a later join reads it
select crates.crate_id, shifts.hours
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id
left join {{ ref('shifts') }} as shifts on shifts.picker_id = pickers.picker_id and shifts.day = crates.day

-- stays

-- before: on something else than a key
select crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('returns') }} as returns on returns.crate_id = crates.crate_id

-- stays

-- before: on half of a key
select crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('shifts') }} as shifts on shifts.picker_id = crates.picker_id

-- stays

-- before: one or the other
select crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id or pickers.name = crates.note

-- stays

-- before: an inner join leaves rows out
select crates.crate_id
from {{ ref('crates') }} as crates
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id

-- stays

-- before: the filter reads it
select crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id
where pickers.picker_id is null

-- stays

-- before: read without its name
select crates.crate_id, team
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id

-- stays

-- before: all columns are read
select *
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id

-- stays

-- before: a comment stands in it
select crates.crate_id
from {{ ref('crates') }} as crates
left join {{ ref('pickers') }} as pickers
    -- for the day when teams matter
    on pickers.picker_id = crates.picker_id

-- left: comment-in-the-way
