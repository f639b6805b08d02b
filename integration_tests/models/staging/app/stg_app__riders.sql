select
    id as rider_id,
    account_id,
    full_name as rider_name,
    birth_year,
    joined_on
from {{ source('app', 'riders') }}
