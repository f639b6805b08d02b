-- before: a constant tells the sides apart
select 'in' as direction, crate_id, kg from {{ ref('crates') }}
union
select 'out' as direction, return_id, kg from {{ ref('returns') }}

-- after
select 'in' as direction, crate_id, kg from {{ ref('crates') }}
union all
select 'out' as direction, return_id, kg from {{ ref('returns') }}

-- before: three sides, one of them DISTINCT by itself, in capitals
SELECT 1 AS kind, crate_id FROM {{ ref('crates') }}
UNION
SELECT 2 AS kind, return_id FROM {{ ref('returns') }}
UNION DISTINCT
SELECT DISTINCT 3 AS kind, picker_id FROM {{ ref('shifts') }}

-- after
SELECT 1 AS kind, crate_id FROM {{ ref('crates') }}
UNION ALL
SELECT 2 AS kind, return_id FROM {{ ref('returns') }}
UNION ALL
SELECT DISTINCT 3 AS kind, picker_id FROM {{ ref('shifts') }}

-- before: through CTEs
with ins as (
    select crate_id as id, 'in' as direction from {{ ref('crates') }}
),

outs as (
    select return_id as id, 'out' as direction from {{ ref('returns') }}
)

select * from ins
union
select * from outs

-- after
with ins as (
    select crate_id as id, 'in' as direction from {{ ref('crates') }}
),

outs as (
    select return_id as id, 'out' as direction from {{ ref('returns') }}
)

select * from ins
union all
select * from outs

-- before: the same constant
select 'in' as direction, crate_id from {{ ref('crates') }}
union
select 'in' as direction, return_id from {{ ref('returns') }}

-- stays

-- before: rows of one side repeat
select 'in' as direction, crate_id as id from {{ ref('crates') }}
union
select 'out' as direction, crate_id as id from {{ ref('returns') }}

-- stays

-- before: nothing tells the sides apart
select crate_id from {{ ref('crates') }}
union
select return_id from {{ ref('returns') }}

-- stays

-- before: another set operator
select 'in' as direction, crate_id from {{ ref('crates') }}
except
select 'out' as direction, return_id from {{ ref('returns') }}

-- stays
