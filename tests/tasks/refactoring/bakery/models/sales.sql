with sales as (

    select * from {{ ref('raw_sales') }}

)

select
    sale_id,
    customer_id,
    round(amount_cents / 100.0, 2) as amount_euros,
    ROUND( sales.tip_cents / 100.0 , 2) as tip_euros,
    case when extract(month from sold_on) >= 7 then extract(year from sold_on) + 1 else extract(year from sold_on) end as sale_fiscal_year,
    nullif(lower(trim(channel)), '') as clean_channel,
    nullif(lower(trim(note)), '') as clean_note
from sales
