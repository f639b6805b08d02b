{% macro count_rows(name) %}(select count(*) from {{ name }}){% endmacro %}
