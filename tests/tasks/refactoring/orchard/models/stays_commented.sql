with crates as (
    select * from {{ ref('crates') }}
),

-- needed again when the scales are back
scales as (
    select 1 as scale
)

select crate_id from crates
