with source as (
    select * from {{ source('raw', 'customers') }}
)

select id as customer_id, name, country from source
