{% snapshot snap_subscriptions %}
{{ config(target_schema='main', unique_key='subscription_id', strategy='check', check_cols=['plan', 'ended']) }}
select * from {{ ref('raw_subscriptions') }}
{% endsnapshot %}
