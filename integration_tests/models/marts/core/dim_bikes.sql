select
    bikes.bike_id,
    bikes.model_name,
    bikes.frame_size,
    bikes.is_electric,
    bikes.purchase_price,
    bikes.status_code,
    codes.status_label,
    codes.is_rentable,
    latest.ticket_no as latest_ticket_no,
    latest.ticket_count,
    case
        when bikes.purchase_price < 1500 then 'budget'
        when bikes.purchase_price < 3000 then 'standard'
    end as price_class
from {{ ref('stg_app__bikes') }} as bikes
left join {{ ref('bike_status_codes') }} as codes on bikes.status_code = codes.status_code
left join {{ ref('int_bikes__latest_ticket') }} as latest on bikes.bike_id = latest.bike_id
