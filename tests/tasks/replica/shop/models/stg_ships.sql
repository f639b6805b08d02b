select ship_id, "Name" as name, length_m, fee, flags, details, registered_at, launched, sea, share, note
from {{ source('raw', 'ships') }}
