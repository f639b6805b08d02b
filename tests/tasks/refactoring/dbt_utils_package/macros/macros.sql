{% macro generate_surrogate_key(field_list) -%}
    {%- set parts = [] -%}
    {%- for field in field_list -%}
        {%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '_dbt_utils_surrogate_key_null_')") -%}
    {%- endfor -%}
    md5({{ parts | join(" || '-' || ") }})
{%- endmacro %}

{% macro safe_divide(numerator, denominator) -%}
    ({{ numerator }}) / nullif(({{ denominator }}), 0)
{%- endmacro %}

{% macro pivot(column, values, agg='sum', prefix='', suffix='', then_value=1, else_value=0, quote_identifiers=true) %}
    {%- for value in values %}
    {{ agg }}(case when {{ column }} = '{{ value }}' then {{ then_value }} else {{ else_value }} end)
        as {{ prefix ~ value ~ suffix }}{{ "," if not loop.last }}
    {%- endfor %}
{% endmacro %}

{% macro date_spine(datepart, start_date, end_date) %}
    {%- set counted %}select date_diff('{{ datepart }}', {{ start_date }}, {{ end_date }}){% endset %}
    {%- set steps = run_query(counted).columns[0].values()[0] if execute else 1 %}
    select {{ start_date }} + interval (number) {{ datepart }} as date_{{ datepart }}
    from (select unnest(range({{ steps }})) as number)
{% endmacro %}

{% macro union_relations(relations, source_column_name='_dbt_source_relation') %}
    {%- for relation in relations %}
    select
        {%- if source_column_name is not none %} '{{ relation }}' as {{ source_column_name }},{% endif %}
        {%- for column in adapter.get_columns_in_relation(relation) if execute %}
        cast({{ column.quoted }} as {{ column.data_type }}) as {{ column.quoted }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
{% endmacro %}

{% macro star(from, except=[]) -%}
    {%- if not execute -%}{{ return('*') }}{%- endif -%}
    {%- set names = adapter.get_columns_in_relation(from) | map(attribute='quoted') | list -%}
    {%- set left_out = [] -%}
    {%- for name in except -%}{%- do left_out.append(adapter.quote(name)) -%}{%- endfor -%}
    {{ names | reject('in', left_out) | join(', ') }}
{%- endmacro %}
