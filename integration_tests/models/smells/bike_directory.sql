-- depends_on: {{ ref('bike_status_codes') }}
select distinct
    b.bike_id,
    b.model_name,
    b.status_code,
    c.status_label
from {{ ref('stg_app__bikes') }} as b
left join wheelhouse.main.bike_status_codes as c on b.status_code = c.status_code
where b.purchase_price > 0
