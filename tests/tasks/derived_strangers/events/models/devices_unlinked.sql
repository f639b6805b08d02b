select distinct e.device_id, e.platform
from {{ ref('base_events') }} e left join {{ ref('base_identities') }} i on i.device_id = e.device_id
where i.device_id is null
