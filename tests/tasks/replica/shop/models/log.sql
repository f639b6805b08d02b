select id, told from {{ source('raw', 'empty_log') }}
