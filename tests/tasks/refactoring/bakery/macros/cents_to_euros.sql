{% macro cents_to_euros(column_name, decimals=2) %}
    {{ return(adapter.dispatch('cents_to_euros')(column_name, decimals)) }}
{% endmacro %}

{% macro default__cents_to_euros(column_name, decimals) %}round({{ column_name }} / 100.0, {{ decimals }}){% endmacro %}
