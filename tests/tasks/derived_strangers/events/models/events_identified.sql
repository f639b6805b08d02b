select e.*, coalesce(e.user_id, i.user_id) as resolved_user_id, coalesce(e.user_id, i.user_id, e.device_id) as visitor_id, e.user_id is null and i.user_id is not null as is_stitched
from {{ ref('base_events') }} e
left join {{ ref('base_identities') }} i on i.device_id = e.device_id
