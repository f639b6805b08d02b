with crates as (
    select * from {{ ref('crates') }}
)
{{ ', more as (select 1 as one)' }}
select crate_id from crates
