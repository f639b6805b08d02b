{% snapshot ship_versions %}
{{ config(unique_key='ship_id', strategy='timestamp', updated_at='registered_at', target_schema='harbour') }}
select ship_id, "Name", registered_at::timestamp as registered_at from {{ source('raw', 'ships') }}
{% endsnapshot %}
