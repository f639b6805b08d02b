with per_account as (

    select
        accounts.plan,
        accounts.account_id,
        count(rentals.rental_id) as rentals,
        avg(rentals.fee) as avg_fee
    from {{ ref('stg_app__accounts') }} as accounts
    left join {{ ref('fct_rentals') }} as rentals on accounts.account_id = rentals.account_id
    group by accounts.plan, accounts.account_id

)

select
    plan,
    count(*) as account_count,
    sum(rentals) as rental_count,
    avg(avg_fee) as avg_fee,
    count(*) filter (where rentals = 0) as inactive_accounts
from per_account
group by plan
