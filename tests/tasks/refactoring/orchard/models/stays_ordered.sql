with first_days as (
    select picked_on
    from {{ ref('crates') }}
    order by picked_on
    limit 3
),

final as (
    select picked_on
    from first_days
    order by picked_on desc
)

select * from final
