select
    customer_id,
    NULLIF(lower(trim(name)), '') as clean_name,
    nullif(
        lower(trim(c.email)), ''
    ) as clean_email,
    case
        when extract(month from joined_on) >= 7
            then extract(year from joined_on) + 1
        else extract(year from joined_on)
    end as join_fiscal_year,
    case when visits < 5 then 'rare' when visits < 20 then 'regular' else 'daily' end as customer_size
from {{ ref('raw_customers') }} as c
