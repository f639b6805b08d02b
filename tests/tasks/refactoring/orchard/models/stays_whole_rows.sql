with crates as (
    select
        crate_id,
        note,
        weight_kg
    from {{ ref('crates') }}
)

select * from crates
