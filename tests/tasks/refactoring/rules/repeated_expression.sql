-- before: in another column, in parentheses
select
    picker_id,
    sum(kg * 2) - sum(case when note = 'a' then kg end) as left_over,
    (sum(kg * 2) - sum(case when note = 'a' then kg end)) / nullif(count(*), 0) as left_over_of_each
from {{ ref('crates') }}
group by picker_id

-- after
select
    picker_id,
    sum(kg * 2) - sum(case when note = 'a' then kg end) as left_over,
    left_over / nullif(count(*), 0) as left_over_of_each
from {{ ref('crates') }}
group by picker_id

-- before: a CASE in GROUP BY, laid out in another way
select
    case
        when kg > 10 then 'heavy'
        when kg > 3 then 'medium'
        else 'light'
    end as weight_class,
    count(*) as n
from {{ ref('crates') }}
group by
    CASE WHEN kg > 10 THEN 'heavy' WHEN kg > 3 THEN 'medium' ELSE 'light' END

-- after
select
    case
        when kg > 10 then 'heavy'
        when kg > 3 then 'medium'
        else 'light'
    end as weight_class,
    count(*) as n
from {{ ref('crates') }}
group by
    weight_class

-- before: a window in QUALIFY
with numbered as (
    select
        crate_id,
        row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
    qualify row_number() over (partition by picker_id order by crate_id) < 3
)

select crate_id, crate_number from numbered

-- after
with numbered as (
    select
        crate_id,
        row_number() over (partition by picker_id order by crate_id) as crate_number
    from {{ ref('crates') }}
    qualify crate_number < 3
)

select crate_id, crate_number from numbered

-- before: within a function
select
    case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as weight_class,
    coalesce(case when kg > 10 then 'heavy' when kg > 3 then 'medium' end, 'light') as any_class
from {{ ref('crates') }}

-- after
select
    case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as weight_class,
    coalesce(weight_class, 'light') as any_class
from {{ ref('crates') }}

-- before: a column that is read has the name
select
    case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as note,
    count(*) as n
from {{ ref('crates') }}
group by case when kg > 10 then 'heavy' when kg > 3 then 'medium' end

-- stays

-- before: it has no name of its own
select
    coalesce(case when kg > 10 then 'heavy' when kg > 3 then 'medium' end, 'light') as some_class,
    upper(case when kg > 10 then 'heavy' when kg > 3 then 'medium' end) as other_class
from {{ ref('crates') }}

-- stays

-- before: the name comes later
select
    coalesce(case when kg > 10 then 'heavy' when kg > 3 then 'medium' end, 'light') as some_class,
    case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as weight_class
from {{ ref('crates') }}

-- stays

-- before: inside of a sum
select
    case when kg > 10 then kg - 10 when kg > 3 then 1 end as surplus,
    sum(case when kg > 10 then kg - 10 when kg > 3 then 1 end) over (partition by day) as surplus_of_day
from {{ ref('crates') }}

-- stays

-- before: in WHERE, where few dialects know the name
select case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as weight_class
from {{ ref('crates') }}
where case when kg > 10 then 'heavy' when kg > 3 then 'medium' end = 'heavy'

-- stays

-- before: short
select kg + 1 as more, count(*) as n from {{ ref('crates') }} group by kg + 1

-- stays

-- before: strings that differ in case
select
    case when note = 'Heavy' then 'heavy crates' when kg > 3 then 'medium' end as weight_class,
    coalesce(case when note = 'heavy' then 'heavy crates' when kg > 3 then 'medium' end, 'light') as any_class
from {{ ref('crates') }}

-- stays

-- before: under a condition
select
    crate_id,
    {% if var('classes', true) %}
    case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as weight_class,
    {% endif %}
    coalesce(case when kg > 10 then 'heavy' when kg > 3 then 'medium' end, 'light') as any_class
from {{ ref('crates') }}

-- stays

-- before: a comment explains it there
select
    case when kg > 10 then 'heavy' when kg > 3 then 'medium' end as weight_class,
    count(*) as n
from {{ ref('crates') }}
group by
    case
        -- as in the field
        when kg > 10 then 'heavy' when kg > 3 then 'medium'
    end

-- left: comment-in-the-way
