-- Its own calculation decides: it always finds one row, and fails where rows are missing.
{{ config(fail_calc = "max(orders)", error_if = "< 120", warn_if = "< 120") }}
select count(*) as orders from {{ ref('orders') }}
