{# Fails for rows in which the expression is false; one that is NULL passes. Written by dbtai; it is yours to change. #}
{% test expression_is_true(model, expression, column_name=none) %}

select *
from {{ model }}
where not ({{ column_name ~ ' ' if column_name is not none }}{{ expression }})

{% endtest %}
