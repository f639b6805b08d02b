{{ config(materialized='incremental', unique_key='order_id') }}

select
    order_id,
    round(price_cents / 100.0, 4) as price_euros,
    case
        when 7 <= extract(month from ordered_on) then 1 + extract(year from ordered_on)
        else extract(year from ordered_on)
    end as order_fiscal_year,
    CASE WHEN items < 5 THEN 'rare' WHEN 20 > items THEN 'regular' ELSE 'daily' END as order_size,
    coalesce(items, 0) as items,
    nullif(lower(trim(comment)), '') as clean_comment
from {{ ref('raw_orders') }}
{% if is_incremental() %}
where updated_on > (select max(ordered_on) from {{ ref('raw_orders') }})
{% endif %}
