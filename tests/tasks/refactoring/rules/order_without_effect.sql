-- before: in a CTE that is grouped
with sorted_crates as (
    select picker_id, kg
    from {{ ref('crates') }}
    order by kg desc
)

select picker_id, sum(kg) as kg
from sorted_crates
group by picker_id

-- after
with sorted_crates as (
    select picker_id, kg
    from {{ ref('crates') }}
)

select picker_id, sum(kg) as kg
from sorted_crates
group by picker_id

-- before: in a subquery, under another order
select picker_id, kg
from (select picker_id, kg from {{ ref('crates') }} order by kg) as sorted_crates
order by picker_id

-- after
select picker_id, kg
from (select picker_id, kg from {{ ref('crates') }}) as sorted_crates
order by picker_id

-- before: ranks are the same for rows that are tied
with crates as (
    select picker_id, kg from {{ ref('crates') }} order by kg
)

select picker_id, count(*) as crates, max(place) as place
from (select picker_id, rank() over (partition by picker_id order by kg) as place from crates) as placed
group by picker_id

-- after
with crates as (
    select picker_id, kg from {{ ref('crates') }}
)

select picker_id, count(*) as crates, max(place) as place
from (select picker_id, rank() over (partition by picker_id order by kg) as place from crates) as placed
group by picker_id

-- before: rows that are tied may be numbered in the order in which they come
with crates as (
    select picker_id, kg, note from {{ ref('crates') }} order by note
)

select picker_id, max(note) as note
from (select picker_id, note, row_number() over (partition by picker_id order by kg) as place from crates) as placed
where place = 1
group by picker_id

-- stays

-- before: the table may be meant to be in this order
with final as (
    select picker_id, kg from {{ ref('crates') }} order by kg
)

select * from final

-- stays

-- before: the final order
select picker_id, kg from {{ ref('crates') }} order by kg

-- stays

-- before: the first three
with heaviest as (
    select crate_id, kg from {{ ref('crates') }} order by kg desc limit 3
)

select sum(kg) as kg from heaviest

-- stays

-- before: a list of values
with crates as (
    select picker_id, kg from {{ ref('crates') }} order by kg
)

select picker_id, array_agg(kg) as kgs from crates group by picker_id

-- stays

-- before: numbered in the order in which they come
with crates as (
    select picker_id, kg from {{ ref('crates') }} order by kg
)

select max(place) as place from (select row_number() over () as place from crates) as placed

-- stays

-- before: a comment in it
with crates as (
    select picker_id, kg
    from {{ ref('crates') }}
    -- the heaviest first
    order by kg desc
)

select picker_id, sum(kg) as kg from crates group by picker_id

-- left: comment-in-the-way
