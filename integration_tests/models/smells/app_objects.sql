select
    'account' as object_type,
    account_id as object_id
from {{ ref('stg_app__accounts') }}
union
select distinct
    'station' as object_type,
    station_id as object_id
from {{ ref('stg_app__stations') }}
