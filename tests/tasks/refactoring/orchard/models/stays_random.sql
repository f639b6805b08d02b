with unread as (
    select * from {{ ref('varieties') }}
)

select
    crate_id,
    random() as lot
from {{ ref('crates') }}
