select
    bike_id,
    model_code,
    model_name,
    case frame_size when 'S' then 'small' when 'M' then 'medium' when 'L' then 'large' end as frame_size,
    electric = 'Y' as is_electric,
    purchased_on,
    purchase_price,
    status_code
from {{ source('app', 'bikes') }}
