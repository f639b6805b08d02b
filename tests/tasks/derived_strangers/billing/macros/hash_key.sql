{% macro hash_key(columns) %}md5(cast(concat_ws('-', {% for c in columns %}coalesce(cast({{ c }} as varchar), '_null_'){{ ', ' if not loop.last }}{% endfor %}) as varchar)){% endmacro %}
{% macro cents(column) %}({{ column }} / 100.0)::decimal(16, 2){% endmacro %}
