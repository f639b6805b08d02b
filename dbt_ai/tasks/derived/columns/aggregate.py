"""Figures over many rows: sums, counts, first and last dates."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from dbt_ai.sql.values import Aggregate
from dbt_ai.tasks.derived.columns.aggregated_groups import aggregate_of_groups
from dbt_ai.tasks.derived.columns.aggregated_rows import is_group_filter, rows_of, scope_of, self_joined
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import listed

_DATES = {"min": "Earliest", "max": "Latest"}
_NUMBERS = {"min": "Lowest", "max": "Highest"}
_TEXTS = {"min": "First {} in alphabetical order", "max": "Last {} in alphabetical order"}
_FIGURES = {"sum": "Sum of", "avg": "Average of", "median": "Median of", "stddev": "Standard deviation of"}
_LOGICAL = {"logical_or": "Whether {} for any of", "logical_and": "Whether {} for all of"}
_LISTS = ("array_agg", "list", "string_agg", "group_concat", "listagg")
_FACTOR = {"/": "divided by", "*": "times"}


def aggregate(context: ColumnContext) -> Draft | None:
    """`sum(amount) ... group by order_id` is "Sum of `stg_payments.amount` over the payments of the order."

    Rows are called by what they are where the aggregate reads one relation, or where the joins before it cannot
    repeat its argument's rows; else the joined rows are named as such, since repeated rows change a sum. Where two
    readings of one relation are joined, nothing is said: it would not be clear which of them is meant.
    """
    facts = context.facts
    if facts is None or facts.aggregate is None or self_joined(context):
        return None
    found = plainer(facts.aggregate, context)
    rows, scope = rows_of(context, found), scope_of(context, found)
    if scope is None:
        return None
    if facts.aggregate.groups_by_sql:
        return aggregate_of_groups(context, found, scope)
    if rows is None:
        return None
    filters = filters_text(context, found)
    if filters is None:
        return None
    text = _flag(context, found, rows, scope) or _share(context, found, rows, scope)
    if text is None:
        what = _what(context, found, rows, scope)
        if what is None:
            return None
        text = f"{what}{filters}"
        if found.function == "sum" and _is(found.else_sql, 0):
            text += "; 0 where none match"
        text += _without_rows(context, found)
    if facts.factor is not None:
        text += f", {_FACTOR[facts.factor[0]]} {facts.factor[1]}"
    return Draft(proved(f"{text}.", facts.sql), Strength.MEANING)


def plainer(found: Aggregate, context: ColumnContext) -> Aggregate:
    """The same figure in its plainest form: a sum of ones is a count, also where the ones are the ELSE branch."""
    if found.function in ("count_if", "countif"):
        return replace(found, function="count", argument_sql="*", argument=None)
    if found.function == "sum" and _is(found.argument_sql, 1):
        return replace(found, function="count", argument_sql="*", else_sql=None)
    if found.function == "count" and found.argument is None and not found.distinct and found.condition_sql:
        tree = parsed(found.argument_sql, context.world.dialect)
        if isinstance(tree, exp.Literal):
            return replace(found, argument_sql="*")
    if found.function != "sum" or found.condition_sql is not None:
        return found
    tree = parsed(found.argument_sql, context.world.dialect)
    if not isinstance(tree, exp.Case) or tree.this is not None or len(tree.args["ifs"]) != 1:
        return found
    branch, default = tree.args["ifs"][0], tree.args.get("default")
    if default is None or not _is(branch.args["true"].sql(), 0) or not _is(default.sql(), 1):
        return found
    condition = branch.this
    if isinstance(condition, exp.Column):
        opposite = f"{condition.sql(dialect=context.world.dialect)} IS DISTINCT FROM TRUE"
    else:
        opposite = f"({condition.sql(dialect=context.world.dialect)}) IS DISTINCT FROM TRUE"
    return replace(found, function="count", argument_sql="*", condition_sql=opposite, else_sql=None)


def filters_text(context: ColumnContext, found: Aggregate) -> str | None:
    """Which of the rows are counted, as the end of a sentence; None where that cannot be said."""
    conditions = [
        sql
        for sql in found.filters_sql
        if not is_group_filter(context, found, sql) and not _on_figures(sql, context.world.dialect)
    ]
    if found.condition_sql:
        conditions.append(found.condition_sql)
    conditions = [
        sql
        for sql in dict.fromkeys(conditions)
        # A comparison of a column already leaves out the rows where it is NULL, and those with another value.
        if not any(other != sql and _implies(other, sql, context.world.dialect) for other in conditions)
    ]
    texts = [context.naming.condition(condition) for condition in conditions]
    said = [text for text in texts if text]
    if len(said) < len(texts):
        return None
    return f", only where {listed(said)}" if said else ""


def argument_text(context: ColumnContext, found: Aggregate) -> str | None:
    """What is added up, counted or compared, in code."""
    if found.argument is not None:
        return context.world.shown(found.argument) if context.naming.operand(found.argument_sql) else None
    return context.naming.operand(found.argument_sql, without=context.name)


def _what(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    if found.function == "count":
        return _count(context, found, rows, scope)
    if found.function in _LISTS:
        return _list(context, found, rows, scope)
    if found.function in ("arg_max", "arg_min", "max_by", "min_by"):
        return _of_extreme(context, found, rows, scope)
    if found.function in _LOGICAL:
        condition = context.naming.condition(found.argument_sql, without=context.name)
        return f"{_LOGICAL[found.function].format(condition)} the {rows}{scope}" if condition else None
    argument = argument_text(context, found)
    if argument is None:
        return None
    if found.function in ("min", "max"):
        kind = _kind(context)
        if kind == "text":
            return f"{_TEXTS[found.function].format(argument)} among the {rows}{scope}"
        words = _DATES if kind == "date" else _NUMBERS
        return f"{words[found.function]} {argument} among the {rows}{scope}"
    if found.function == "approx_distinct":
        return f"Approximate number of different values of {argument} among the {rows}{scope}"
    if found.function == "any_value":
        return f"{argument} of any one of the {rows}{scope}"
    if found.function in _FIGURES:
        distinct = "the distinct " if found.distinct else ""
        return f"{_FIGURES[found.function]} {distinct}{argument} over the {rows}{scope}"
    return None


def _without_rows(context: ColumnContext, found: Aggregate) -> str:
    """What a count is for a group without rows on the optional side of the join that is counted over."""
    facts = context.evidence.facts
    if facts is None or found.function != "count" or found.filters_sql or len(found.group_by_sql) == 0:
        return ""
    groups = {ref.relation for ref in found.group_by if ref is not None and context.world.is_key(ref)}
    joins = [j for j in facts.joins if j.kind == "left" and not j.right_aggregated and groups & set(j.left)]
    if len(joins) != 1 or len(facts.joins) != 1 or not facts.grouped_by:
        return ""
    optional = joins[0].right
    if found.argument is not None:
        return "; 0 where there is none" if found.argument.relation in optional else ""
    whole = found.argument_sql == "*" and not found.condition_sql and set(optional) <= set(found.rows_of)
    return f"; 1 where nothing matches in {listed([context.world.relation(key) for key in optional])}" if whole else ""


def _count(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    if found.argument_sql in ("*", "1"):
        return f"Number of {rows}{scope}"
    argument = argument_text(context, found)
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


def _list(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    """A list or a joined text of one column, whatever its order."""
    tree = context.facts.expression if context.facts else None
    made = tree.find(exp.ArrayAgg, exp.GroupConcat) if tree else None
    if made is None:
        return None
    inner = made.this
    while isinstance(inner, (exp.Order, exp.Distinct)):
        inner = inner.expressions[0] if isinstance(inner, exp.Distinct) else inner.this
    argument = context.naming.operand(inner, without=context.name)
    if isinstance(inner, exp.Column) and argument and (ref := inner.meta.get("ref")):
        argument = context.world.shown(ref)
    if argument is None:
        return None
    different = "different values" if made.find(exp.Distinct) else "values"
    if isinstance(made, exp.GroupConcat):
        return f"The {different} of {argument} among the {rows}{scope}, joined into one text"
    return f"List of the {different} of {argument} among the {rows}{scope}"


def _of_extreme(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    """`arg_max(status, changed_at)`: the status where changed_at is highest."""
    tree = context.facts.expression if context.facts else None
    made = tree.find(exp.ArgMax, exp.ArgMin) if tree else None
    if made is None or not isinstance(made.this, exp.Column) or "ref" not in made.this.meta:
        return None
    by = context.naming.operand(made.expression, without=context.name)
    if by is None or made.args.get("count"):
        return None
    which = "highest" if isinstance(made, exp.ArgMax) else "lowest"
    return f"{context.world.shown(made.this.meta['ref'])} where {by} is {which} among the {rows}{scope}"


def _flag(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    """`max(case when c then 1 else 0 end)`: 1 where any row meets c."""
    if found.function not in ("min", "max") or not found.condition_sql:
        return None
    if not _is(found.argument_sql, 1) or not _is(found.else_sql, 0):
        return None
    condition = context.naming.condition(found.condition_sql, without=context.name)
    rest = filters_text(context, replace(found, condition_sql=None))
    if condition is None or rest is None:
        return None
    return f"1 where {condition} for {'any' if found.function == 'max' else 'all'} of the {rows}{scope}{rest}, else 0"


def _share(context: ColumnContext, found: Aggregate, rows: str, scope: str) -> str | None:
    """`avg(case when c then 1 else 0 end)`: the share of rows that meet c."""
    whole = 1 if _is(found.argument_sql, 1) else 100 if _is(found.argument_sql, 100) else None
    if found.function != "avg" or not found.condition_sql or whole is None or not _is(found.else_sql, 0):
        return None
    condition = context.naming.condition(found.condition_sql, without=context.name)
    rest = filters_text(context, replace(found, condition_sql=None))
    if condition is None or rest is None:
        return None
    unit = "0 to 1" if whole == 1 else "in percent"
    return f"Share ({unit}) of the {rows}{scope}{rest} that meet: {condition}"


def _on_figures(sql: str, dialect: str) -> bool:
    """Whether the condition is one on figures (HAVING): it leaves out whole groups, none of their rows."""
    tree = parsed(sql, dialect)
    return tree is not None and tree.find(exp.AggFunc) is not None


def _implies(condition: str, weaker: str, dialect: str) -> bool:
    """Whether a row that meets `condition` meets `weaker`, an IS NOT NULL or `<>` on the same column."""
    wanted, other = parsed(weaker, dialect), parsed(condition, dialect)
    if isinstance(wanted, exp.NEQ) and isinstance(other, exp.EQ) and wanted.this == other.this:
        values = (wanted.expression, other.expression)
        return all(isinstance(value, exp.Literal) and value.is_string for value in values) and values[0] != values[1]
    if isinstance(wanted, exp.Not) and isinstance(wanted.this, exp.Is) and isinstance(wanted.this.expression, exp.Null):
        column = wanted.this.this
    elif isinstance(wanted, exp.Is) and isinstance(wanted.expression, exp.Not):
        column = wanted.this
    else:
        return False
    return isinstance(other, (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In)) and other.this == column


def _is(sql: str | None, number: float) -> bool:
    try:
        return sql is not None and float(sql.strip("() ")) == number
    except ValueError:
        return False


def _kind(context: ColumnContext) -> str | None:
    """Whether values are dates, numbers or text: from the SQL's type, else from the profile's."""
    type_name = (context.facts.type if context.facts else None) or (context.profile.type if context.profile else None)
    if not type_name:
        declared = {name.casefold(): kind for name, kind in context.evidence.relation.columns}
        type_name = declared.get(context.name.casefold())
    upper = (type_name or "").upper()
    if upper.startswith(("DATE", "TIMESTAMP", "TIME", "DATETIME")):
        return "date"
    if upper.startswith(("VARCHAR", "TEXT", "STRING", "CHAR")):
        return "text"
    return "number" if upper else None
