-- before: in a CTE
with numbered as (

    select
        crate_id,
        picker_id,
        kg,
        row_number() over (partition by picker_id order by day desc, crate_id) as crate_number
    from {{ ref('crates') }}
    where kg > 3

)

select
    crate_id,
    picker_id,
    kg
from numbered
where crate_number = 1

-- after
with numbered as (

    select
        crate_id,
        picker_id,
        kg
    from {{ ref('crates') }}
    where kg > 3
    qualify row_number() over (partition by picker_id order by day desc, crate_id) = 1

)

select
    crate_id,
    picker_id,
    kg
from numbered

-- before: beside a star, another window and another condition
with numbered as (
    select
        *,
        row_number() over (
            partition by picker_id
            order by crate_id
        ) as crate_number,
        count(*) over (partition by picker_id) as crates_of_picker
    from {{ ref('crates') }} -- all of them
)

select n.crate_id, n.crates_of_picker
from numbered as n
where n.crate_number <= 3
    and n.kg between 1 and 9

-- after
with numbered as (
    select
        *,
        count(*) over (partition by picker_id) as crates_of_picker
    from {{ ref('crates') }} -- all of them
    qualify row_number() over (
        partition by picker_id
        order by crate_id
    ) <= 3
)

select n.crate_id, n.crates_of_picker
from numbered as n
where n.kg between 1 and 9

-- before: in the condition of a join, on one line, in capitals
WITH latest AS (SELECT day, picker_id, RANK() OVER (PARTITION BY picker_id ORDER BY day DESC) AS place FROM {{ ref('shifts') }})

SELECT pickers.name, latest.day
FROM {{ ref('pickers') }} AS pickers
LEFT JOIN latest ON latest.picker_id = pickers.picker_id AND latest.place = 1

-- after
WITH latest AS (SELECT day, picker_id FROM {{ ref('shifts') }} QUALIFY RANK() OVER (PARTITION BY picker_id ORDER BY day DESC) = 1)

SELECT pickers.name, latest.day
FROM {{ ref('pickers') }} AS pickers
LEFT JOIN latest ON latest.picker_id = pickers.picker_id

-- before: in a subquery; the filter stands between others
select numbered.crate_id
from (
    select
        crate_id,
        kg,
        row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
) as numbered
where numbered.kg > 3 and 1 = numbered.crate_number and numbered.kg < 9

-- after
select numbered.crate_id
from (
    select
        crate_id,
        kg
    from {{ ref('crates') }}
    qualify 1 = row_number() over (partition by picker_id order by crate_id)
) as numbered
where numbered.kg > 3 and numbered.kg < 9

-- before: all columns are handed on, the number among them
with numbered as (
    select *, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select * from numbered where crate_number = 1

-- stays

-- before: the number is used
with numbered as (
    select crate_id, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select crate_id, crate_number from numbered where crate_number < 3

-- stays

-- before: somebody else reads it
with numbered as (
    select crate_id, kg, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select crate_id from numbered where crate_number = 1
union all
select crate_id from numbered where kg > 10

-- stays

-- before: the filter is on what a left join did not find, too
with numbered as (
    select crate_id, picker_id, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select pickers.name, numbered.crate_id
from {{ ref('pickers') }} as pickers
left join numbered on numbered.picker_id = pickers.picker_id
where numbered.crate_number = 1

-- stays

-- before: compared with a column
with numbered as (
    select crate_id, kg, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select crate_id from numbered where crate_number = kg

-- stays

-- before: DISTINCT comes after the number
with numbered as (
    select distinct picker_id, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select picker_id from numbered where crate_number = 1

-- stays

-- before: a sum is no number of a row
with sums as (
    select crate_id, sum(kg) over (partition by picker_id order by crate_id) as kg_so_far
    from {{ ref('crates') }}
)

select crate_id from sums where kg_so_far < 100

-- stays

-- before: a comment between two columns
with numbered as (
    select
        crate_id,
        -- the newest first
        row_number() over (partition by picker_id order by day desc, crate_id) as crate_number
    from {{ ref('crates') }}
)

select crate_id from numbered where crate_number = 1

-- left: comment-in-the-way

-- before: a star leaves the number out
with numbered as (
    select
        *,
        row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
)

select * exclude (crate_number)
from numbered
where crate_number = 1

-- after
with numbered as (
    select
        *
    from {{ ref('crates') }}
    qualify row_number() over (partition by picker_id order by crate_id) = 1
)

select *
from numbered

-- before: nobody uses what the stars hand on
with crates as (
    select * from {{ ref('crates') }}
),

numbered as (
    select
        crates.*,
        row_number() over (partition by picker_id order by crate_id) as crate_number
    from crates
),

latest as (
    select * from numbered where crate_number = 1
),

named as (
    select latest.*, pickers.name
    from latest
    inner join {{ ref('pickers') }} as pickers on pickers.picker_id = latest.picker_id
)

select crate_id, name from named

-- after
with crates as (
    select * from {{ ref('crates') }}
),

numbered as (
    select
        crates.*
    from crates
    qualify row_number() over (partition by picker_id order by crate_id) = 1
),

latest as (
    select * from numbered
),

named as (
    select latest.*, pickers.name
    from latest
    inner join {{ ref('pickers') }} as pickers on pickers.picker_id = latest.picker_id
)

select crate_id, name from named

-- before: a star hands the number on to who uses it
with numbered as (
    select *, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
),

latest as (
    select * from numbered where crate_number < 3
)

select crate_id from latest order by crate_number

-- stays

-- before: a star hands the number on to a union
with numbered as (
    select crate_id, row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
),

latest as (
    select * from numbered where crate_number < 3
    union all
    select crate_id, kg from {{ ref('crates') }}
)

select crate_id from latest

-- stays
