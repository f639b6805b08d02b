{# The company's own time: a fixed offset to UTC, without daylight saving. #}
{% macro to_local(column) -%}
    {{ column }} + interval '{{ var("utc_offset_hours") }} hours'
{%- endmacro %}
