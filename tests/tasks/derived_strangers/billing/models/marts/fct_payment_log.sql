{{ config(materialized='incremental', unique_key='payment_id') }}
select payment_id, invoice_no, payment_method, amount, booked_at, current_date as logged_on
from {{ ref('stg_payments') }}
{% if is_incremental() %} where booked_at > (select max(booked_at) from {{ this }}) {% endif %}
