select
    account_id,
    account_name,
    plan,
    country_code,
    signed_up_at
from {{ ref('stg_app__accounts') }}
