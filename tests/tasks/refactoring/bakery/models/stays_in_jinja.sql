select
    customer_id,
    {% for part in ['na', 'no'] %}
    nullif(lower(trim({{ part }}me)), '') as {{ part }}me,
    {% endfor %}
    case when visits < 5 then 'rare' /* once a month */ when visits < 20 then 'regular' else 'daily' end as visit_size,
    coalesce(visits, 0) as visits
from (select customer_id, name, name as nome, visits from {{ ref('raw_customers') }}) as c
