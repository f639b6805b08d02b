select
    date_trunc('month', started_at) as started_month,
    case
        when duration_minutes >= {{ var('long_rental_minutes') }} then 'long'
        when duration_minutes >= 30 then 'medium'
        else 'short'
    end as length_class,
    count(*) as rental_count,
    sum(fee * (1 - discount_pct)) as revenue,
    sum(fee * (1 - discount_pct)) / nullif(count(*), 0) as revenue_of_a_rental
from {{ ref('stg_app__rentals') }}
where rental_status <> 'cancelled'
group by 1, 2
