with source as (

    select * from {{ source('app', 'accounts') }}

)

select
    id as account_id,
    name as account_name,
    lower(email) as email,
    plan,
    country as country_code,
    signed_up_at,
    created_at,
    deleted_at,
    deleted_at is not null as is_deleted
from source
-- our own accounts for trying things out
where not is_test
