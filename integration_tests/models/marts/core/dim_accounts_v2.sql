with accounts as (

    select * from {{ ref('stg_app__accounts') }}

),

activity as (

    select * from {{ ref('int_accounts__rental_activity') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }} where is_current

)

select
    md5(cast(accounts.account_id as varchar)) as account_key,
    accounts.account_id,
    accounts.account_name,
    accounts.plan,
    plans.monthly_fee,
    accounts.country_code,
    accounts.signed_up_at,
    accounts.is_deleted,
    contacts.segment,
    coalesce(contacts.sales_region, 'north') as sales_region,
    coalesce(activity.rental_count, 0) as rental_count,
    activity.rental_revenue,
    activity.first_rental_date,
    activity.last_rental_date,
    activity.last_bike_model
from accounts
left join activity on accounts.account_id = activity.account_id
left join contacts on accounts.account_id = contacts.account_id
left join {{ ref('plans') }} as plans on accounts.plan = plans.plan
