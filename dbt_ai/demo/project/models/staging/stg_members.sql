select
    id as member_id,
    city,
    joined_on,
    referred_by as referred_by_member_id
from {{ ref('raw_members') }}
