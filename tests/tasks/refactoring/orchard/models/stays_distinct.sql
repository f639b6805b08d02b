select distinct
    picker_id,
    variety_id
from {{ ref('crates') }}
