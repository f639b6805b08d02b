{#- Each operation takes the arguments of the `dbtai` command of the same name and hands on those that were given. -#}

{% macro ai_document(select=none, exclude=none, selector=none, state=none, engine=none, effort=none, max_effort=none, max_cost=none, dry_run=none, check=none, strict=none, show_prompts=none, export_requests=none, import_answers=none, format=none, output=none) %}
  {%- do ai__call('document', {
      'select': select, 'exclude': exclude, 'selector': selector, 'state': state,
      'engine': engine, 'effort': effort, 'max_effort': max_effort, 'max_cost': max_cost,
      'dry_run': dry_run, 'check': check, 'strict': strict, 'show_prompts': show_prompts,
      'export_requests': export_requests, 'import_answers': import_answers, 'format': format, 'output': output,
  }) -%}
{% endmacro %}

{% macro ai_test(select=none, exclude=none, selector=none, state=none, engine=none, effort=none, max_effort=none, max_cost=none, severity=none, where=none, dry_run=none, check=none, show_prompts=none, export_requests=none, import_answers=none, format=none, output=none) %}
  {%- do ai__call('test', {
      'select': select, 'exclude': exclude, 'selector': selector, 'state': state,
      'engine': engine, 'effort': effort, 'max_effort': max_effort, 'max_cost': max_cost,
      'severity': severity, 'where': where, 'dry_run': dry_run, 'check': check, 'show_prompts': show_prompts,
      'export_requests': export_requests, 'import_answers': import_answers, 'format': format, 'output': output,
  }) -%}
{% endmacro %}

{% macro ai_mutate(select=none, exclude=none, selector=none, state=none, format=none, output=none) %}
  {%- do ai__call('mutate', {
      'select': select, 'exclude': exclude, 'selector': selector, 'state': state, 'format': format, 'output': output,
  }) -%}
{% endmacro %}

{% macro ai_unit_test(select=none, exclude=none, selector=none, state=none, most=none, dry_run=none, check=none, format=none, output=none) %}
  {%- do ai__call('unit_test', {
      'select': select, 'exclude': exclude, 'selector': selector, 'state': state,
      'most': most, 'dry_run': dry_run, 'check': check, 'format': format, 'output': output,
  }) -%}
{% endmacro %}

{% macro ai_refactor(select=none, exclude=none, selector=none, state=none, goal=none, tolerance=none, engine=none, effort=none, max_effort=none, max_cost=none, dry_run=none, check=none, show_prompts=none, export_requests=none, import_answers=none, format=none, output=none) %}
  {%- do ai__call('refactor', {
      'select': select, 'exclude': exclude, 'selector': selector, 'state': state, 'goal': goal, 'tolerance': tolerance,
      'engine': engine, 'effort': effort, 'max_effort': max_effort, 'max_cost': max_cost,
      'dry_run': dry_run, 'check': check, 'show_prompts': show_prompts,
      'export_requests': export_requests, 'import_answers': import_answers, 'format': format, 'output': output,
  }) -%}
{% endmacro %}

{% macro ai_review(base=none, fail_on=none, suggestions=none, format=none, output=none) %}
  {%- do ai__call('review', {
      'base': base, 'fail_on': fail_on, 'suggestions': suggestions, 'format': format, 'output': output,
  }) -%}
{% endmacro %}

{% macro ai_lineage(column=none, format=none, output=none) %}
  {%- do ai__call('lineage', {'column': column, 'format': format, 'output': output}) -%}
{% endmacro %}

{#- Called without the name of our package: where Python brings the macros they are internal ones, which have none. -#}
{% macro ai__call(command, arguments) %}
  {%- if execute -%}
    {%- if modules.dbt_ai is not defined -%}
      {%- do exceptions.raise_compiler_error("dbt_ai's Python package does not run inside this dbt. On dbt 1.x install it next to dbt with `pip install dbtai`, and see that DBTAI_DISABLE is not set; on dbt 2 run `dbt compile`, then the command line `dbtai " ~ command.replace("_", "-") ~ "`.") -%}
    {%- endif -%}
    {%- do modules.dbt_ai.call(command, arguments) -%}
  {%- endif -%}
{% endmacro %}
