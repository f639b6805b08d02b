{% macro cents_to_euros(column, digits=2) -%}
    cast(round({{ column }} / 100.0, {{ digits }}) as decimal(12, {{ digits }}))
{%- endmacro %}
