with numbered as (

    select
        customer_id,
        sale_id,
        channel,
        note,
        row_number() over (partition by customer_id order by sold_on desc) = 1 as is_latest
    from {{ ref('raw_sales') }}

)

select
    customer_id,
    sale_id,
    {% for column in ['channel', 'note'] %}
    nullif(lower(trim({{ column }})), '') as clean_{{ column }}{{ "," if not loop.last }}
    {% endfor %}
from numbered
where is_latest
