select ping_id, ship_id, heard from {{ source('raw', 'pings') }}
