{{ config(materialized='ephemeral') }}
select id as customer_id, company as company_name, lower(trim(email)) as email, country as country_code, created::date as created_on
from {{ ref('raw_customers') }}
where not is_internal
