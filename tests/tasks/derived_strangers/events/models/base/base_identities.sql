select * from {{ ref('raw_identities') }} qualify row_number() over (partition by device_id order by linked_at desc) = 1
