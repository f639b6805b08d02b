"""The closed set of values that the SQL allows for an expression."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from dbt_ai.sql.facts.conditions import conjuncts
from dbt_ai.sql.facts.inline import inline_sql
from dbt_ai.sql.facts.rows import Rows, unwrap
from dbt_ai.sql.facts.types import family, is_boolean, type_of, values_of
from dbt_ai.sql.values import Domain

BOOLEANS = ("true", "false")
_LARGEST = 50
_TAKES_ONE_OF_ITS_ARGUMENT = (exp.Min, exp.Max, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.IgnoreNulls)
# Comparisons of text fold case by default there, so that `status = 'a'` lets 'A' through.
_FOLDING_DIALECTS = {"mysql", "tsql", "fabric", "singlestore", "doris", "starrocks"}
# What a string literal may mean besides itself where the column turns out to be no text.
_NOT_ONLY_TEXT = {"t", "f", "y", "n", "yes", "no", "on", "off", "true", "false", "today", "now", "infinity", "nan"}


def domain_of(expression: exp.Expr, rows: Rows) -> Domain | None:
    """The values that `expression` can have, NULL apart, and the SQL that says so; None where they are not closed.

    A boolean's values are "true" and "false", whichever way they are spelled in the SQL.
    """
    expression = unwrap(expression)
    if isinstance(expression, exp.Column):
        return _column(expression, rows)
    if isinstance(expression, (exp.Literal, exp.Boolean, exp.Neg, exp.Cast)):
        value = literal_text(expression)
        return Domain((value,), rows.sql(expression)) if value is not None else None
    if isinstance(expression, (exp.Coalesce, exp.Case, exp.If)):
        parts = [domain_of(v, rows) for v in values_of(expression) if not isinstance(unwrap(v), exp.Null)]
        return union_of(parts, inline_sql(expression, rows))
    if isinstance(expression, exp.Window):
        seen = rows.before_qualify or rows
        function = unwrap(expression.this)
        return domain_of(function, seen) if isinstance(function, _TAKES_ONE_OF_ITS_ARGUMENT) else None
    if isinstance(expression, _TAKES_ONE_OF_ITS_ARGUMENT):
        return domain_of(expression.this, rows) if isinstance(expression.this, exp.Expr) else None
    if is_boolean(expression):
        return Domain(BOOLEANS, inline_sql(expression, rows))
    return None


def union_of(parts: Iterable[Domain | None], sql: str) -> Domain | None:
    """The values of all `parts` together; None where one is open or they mix numbers and words."""
    values: dict[str, None] = {}
    for part in parts:
        if part is None:
            return None
        values.update(dict.fromkeys(part.values))
    if not values or len(values) > _LARGEST or len({_looks_like_a_number(value) for value in values}) > 1:
        return None
    return Domain(tuple(values), sql)


def narrow(condition: exp.Expr, rows: Rows) -> None:
    """Note in `rows` what a condition that every row meets says of the values of its columns."""
    if rows.query.dialect in _FOLDING_DIALECTS:
        return
    for part in conjuncts(condition):
        column, values = _listed_values(part)
        if column is None or not values or not _compares_exactly(column, values, rows):
            continue
        texts = [literal_text(value) for value in values]
        found = Domain(tuple(dict.fromkeys(text for text in texts if text is not None)), inline_sql(part, rows))
        known = domain_of(column, rows)
        if known is not None:
            found = Domain(tuple(value for value in known.values if value in found.values), found.sql)
        if None not in texts and found.values and len(found.values) <= _LARGEST:
            rows.domains[rows.element(column)] = found


def literal_text(expression: exp.Expr) -> str | None:
    """The text of a literal; None for anything else."""
    expression = unwrap(expression)
    if isinstance(expression, exp.Literal):
        return str(expression.this)
    if isinstance(expression, exp.Boolean):
        return "true" if expression.this else "false"
    if isinstance(expression, exp.Neg) and isinstance(expression.this, exp.Literal):
        return f"-{expression.this.this}"
    if isinstance(expression, exp.Cast) and not isinstance(expression, exp.TryCast):
        inner, to = unwrap(expression.this), family(expression.to.sql())
        same = isinstance(inner, exp.Literal) and (
            (inner.is_string and to == "text" and not expression.to.expressions)
            or (not inner.is_string and inner.this.isdigit() and to == "integer")
        )
        return str(inner.this) if same else None
    return None


def _column(column: exp.Column, rows: Rows) -> Domain | None:
    narrowed = rows.domains.get(rows.element(column))
    if narrowed is not None:
        return narrowed
    facts = rows.column_facts(column)
    return facts.domain if facts else None


def _listed_values(condition: exp.Expr) -> tuple[exp.Column | None, list[exp.Expr]]:
    if isinstance(condition, exp.In) and condition.expressions and isinstance(unwrap(condition.this), exp.Column):
        return unwrap(condition.this), list(condition.expressions)  # type: ignore[return-value]
    if isinstance(condition, exp.EQ):
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            one = unwrap(one)
            if isinstance(one, exp.Column) and literal_text(other) is not None:
                return one, [other]
    return None, []


def _compares_exactly(column: exp.Column, values: list[exp.Expr], rows: Rows) -> bool:
    """Whether being equal to one of the literals means having its text."""
    kind = family(type_of(column, rows))
    for value in values:
        value = unwrap(value)
        if isinstance(value, exp.Literal) and value.is_string:
            text = str(value.this)
            if kind is None and not (text[:1].isalpha() and text.casefold() not in _NOT_ONLY_TEXT):
                return False
            if kind not in (None, "text"):
                return False
        elif isinstance(value, exp.Boolean):
            if kind not in (None, "boolean"):
                return False
        elif kind != "integer":
            return False
    return True


def _looks_like_a_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
