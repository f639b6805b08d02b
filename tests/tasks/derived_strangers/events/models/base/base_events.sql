select event_id, nullif(user_id, '') as user_id, device_id, event_type, occurred_at::timestamp as occurred_at, platform,
  json_extract_string(properties, '$.path') as page_path, cast(properties ->> '$.ms' as integer) as load_ms,
  cast(json_extract_string(properties, '$.value') as double) as purchase_value, properties
from {{ ref('raw_events') }}
where event_type is distinct from 'error'
