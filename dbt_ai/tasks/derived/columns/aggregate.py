"""Figures over many rows: sums, counts, first and last dates."""

from __future__ import annotations

from dataclasses import replace

import inflection

from dbt_ai.sql.values import Aggregate, ColumnRef
from dbt_ai.tasks.derived.conditions import condition_text, operand, parsed
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import code, listed

_DATES = {"min": "Earliest", "max": "Latest"}
_NUMBERS = {"min": "Lowest", "max": "Highest"}
_TEXTS = {"min": "First {} in alphabetical order", "max": "Last {} in alphabetical order"}
_FIGURES = {"sum": "Sum of", "avg": "Average of", "median": "Median of", "stddev": "Standard deviation of"}
_LOGICAL = {"logical_or": "Whether {} for any of", "logical_and": "Whether {} for all of"}


def aggregate(context: ColumnContext) -> Draft | None:
    """`sum(amount) ... group by order_id` is "Sum of `stg_payments.amount` over the payments of the order."

    Rows are called by what they are where the aggregate reads one relation, or where the joins before it cannot
    repeat its argument's rows; else the joined rows are named as such, since repeated rows change a sum.
    """
    facts = context.facts
    if facts is None or facts.aggregate is None:
        return None
    found = facts.aggregate
    if found.function == "sum" and found.argument_sql == "1":
        found = replace(found, function="count", argument_sql="*")  # sum(case when ... then 1 else 0 end)
    what = _what(context, found)
    if what is None:
        return None
    filters = _filters(context, found)
    if filters is None:
        return None
    ending = "; 0 where none match" if _is_zero(found.else_sql) and facts.aggregate.function == "sum" else ""
    text = f"{what}{filters}{ending}."
    return Draft(proved(text, facts.sql), Strength.MEANING)


def _what(context: ColumnContext, found: Aggregate) -> str | None:
    rows, scope = _rows(context, found), _scope(context, found)
    if rows is None:
        return None
    if scope == f" of the {inflection.singularize(rows)}":  # "the meters of the meter"
        rows = f"rows of {context.world.relation(found.rows_of[0])}"
    if found.function == "count":
        return _count(context, found, rows, scope)
    argument = _argument(context, found)
    if argument is None:
        return None
    if found.function in ("min", "max"):
        kind = _kind(context)
        if kind == "text":
            return f"{_TEXTS[found.function].format(argument)} among the {rows}{scope}"
        words = _DATES if kind == "date" else _NUMBERS if kind == "number" else {"min": "Lowest", "max": "Highest"}
        return f"{words[found.function]} {argument} among the {rows}{scope}"
    if found.function in _FIGURES:
        distinct = "the distinct " if found.distinct else ""
        return f"{_FIGURES[found.function]} {distinct}{argument} over the {rows}{scope}"
    if found.function in _LOGICAL:
        condition = condition_text(found.argument_sql, context.world.dialect)
        return f"{_LOGICAL[found.function].format(condition)} the {rows}{scope}" if condition else None
    if found.function in ("array_agg", "list", "string_agg", "group_concat"):
        return f"List of {argument} over the {rows}{scope}"
    return None


def _count(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    if found.argument_sql in ("*", "1"):
        return f"Number of {rows}{scope}"
    argument = _argument(context, found)
    if argument is None:
        return None
    if found.distinct:
        named = entity_of_key(found.argument.column) if found.argument else None
        what = f"different {named.many} ({argument})" if named else f"different values of {argument}"
        return f"Number of {what} among the {rows}{scope}"
    if found.argument and context.world.is_key(found.argument) and found.fans_out is False:
        return f"Number of {rows}{scope}"
    if found.argument and context.world.is_key(found.argument) and len(found.rows_of) == 1:
        return f"Number of {rows}{scope}"
    return f"Number of {rows}{scope} with a value in {argument}"


def _rows(context: ColumnContext, found: Aggregate) -> str | None:
    """What is aggregated, as a plural noun."""
    world = context.world
    if len(found.rows_of) == 1:
        return world.rows(found.rows_of[0])
    if found.argument and found.fans_out is False and found.argument.relation in found.rows_of:
        return world.rows(found.argument.relation)
    if not found.rows_of:
        return None
    return f"joined rows of {listed([world.relation(key) for key in found.rows_of])}"


def _scope(context: ColumnContext, found: Aggregate) -> str:
    """Which of those rows: those of one entity, of one combination of keys, or all."""
    if not found.group_by_sql:
        return ""
    world = context.world
    if len(found.group_by) == 1 and found.group_by[0] is not None:
        noun = _noun(context, found.group_by[0])
        return f" of the {noun}" if noun else f" with the same {code(found.group_by[0].column)}"
    own = {c.sql: c.name for c in context.evidence.facts.columns} if context.evidence.facts else {}
    names = []
    for ref, sql in zip(found.group_by, found.group_by_sql, strict=True):
        tree = parsed(sql, world.dialect)
        shown = operand(tree, world.dialect) if tree else None
        names.append(code(ref.column) if ref else code(own[sql]) if sql in own else shown)
    return f" with the same {listed([name or 'key' for name in names])}"


def _noun(context: ColumnContext, group_key: ColumnRef) -> str | None:
    """What a group is: the entity of this relation where the group key carries its name, else the key's own."""
    named = entity_of_key(group_key.column)
    own = context.entity
    if named is None and own is not None:
        # `user_id as customer_id` in staging: the key's name here decides.
        for key in context.world.keys.get(context.evidence.unique_id, ()):
            if len(key) == 1 and key[0].casefold() == group_key.column.casefold():
                return own.one
    return named.one if named else None


def _argument(context: ColumnContext, found: Aggregate) -> str | None:
    if found.argument is not None:
        return context.world.shown(found.argument)
    tree = parsed(found.argument_sql, context.world.dialect)
    return operand(tree, context.world.dialect) if tree else None


def _filters(context: ColumnContext, found: Aggregate) -> str | None:
    conditions = [*found.filters_sql]
    if found.condition_sql:
        conditions.append(found.condition_sql)
    texts = [condition_text(condition, context.world.dialect) for condition in conditions]
    if any(text is None for text in texts):
        return None
    said = [text for text in texts if text]
    return f", only where {listed(said)}" if said else ""


def _is_zero(sql: str | None) -> bool:
    return sql is not None and sql.strip("() ") in ("0", "0.0")


def _kind(context: ColumnContext) -> str | None:
    """Whether values are dates, numbers or text: from the SQL's type, else from the profile's."""
    type_name = (context.facts.type if context.facts else None) or (context.profile.type if context.profile else None)
    if not type_name:
        declared = {name.casefold(): kind for name, kind in context.evidence.relation.columns}
        type_name = declared.get(context.name.casefold())
    upper = (type_name or "").upper()
    if upper.startswith(("DATE", "TIMESTAMP", "TIME", "DATETIME")):
        return "date"
    if upper.startswith(
        ("INT", "BIGINT", "DECIMAL", "NUMERIC", "DOUBLE", "FLOAT", "REAL", "SMALLINT", "TINYINT", "HUGE", "U")
    ):
        return "number"
    if upper.startswith(("VARCHAR", "TEXT", "STRING", "CHAR")):
        return "text"
    return None
