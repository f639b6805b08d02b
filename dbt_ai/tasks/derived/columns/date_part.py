"""Parts and truncations of dates, and spans between them."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved

_FIRST = {"month": "First day of the month", "year": "First day of the year", "week": "First day of the week"}
_FIRST |= {"quarter": "First day of the quarter", "day": "Day", "hour": "Hour"}
_PARTS = {exp.Year: "Year", exp.Month: "Month number (1 to 12)", exp.Day: "Day of the month", exp.Quarter: "Quarter"}
_SPANS = {"day": "days", "week": "weeks", "month": "months", "year": "years", "quarter": "quarters"}
_LARGER = {("hour", "24"): "day", ("minute", "60"): "hour", ("second", "60"): "minute", ("day", "7"): "week"}
_LARGER |= {("minute", "1440"): "day", ("second", "3600"): "hour", ("second", "86400"): "day"}
_SPANS |= {"hour": "hours", "minute": "minutes", "second": "seconds"}


def date_part(context: ColumnContext) -> Draft | None:
    """`date_trunc('month', paid_at)` is "First day of the month of `paid_at`."

    `date_diff('day', a, b)` is "Number of day boundaries from `a` to `b`.", as that is what DuckDB and most
    warehouses count; for days that is the number of days.
    """
    facts = context.facts
    if facts is None or facts.expression is None or facts.kind not in (ColumnKind.COMPUTED, ColumnKind.CAST):
        return None
    tree = facts.expression.unnest()
    while isinstance(tree, exp.Cast):
        tree = tree.this.unnest()
    text = _text(tree, context)
    volatile = tree.find(exp.CurrentDate, exp.CurrentTimestamp) is not None
    return Draft(proved(text + ".", facts.sql), Strength.MEANING, travels=not volatile) if text else None


def _text(tree: exp.Expr, context: ColumnContext) -> str | None:
    def operand(inner: exp.Expr) -> str | None:
        return context.naming.operand(inner, without=context.name)

    if isinstance(tree, (exp.DateTrunc, exp.TimestampTrunc)):
        unit, source = tree.text("unit").lower(), _moment(tree.this, context)
        return f"{_FIRST[unit]} of {source}" if unit in _FIRST and source else None
    if isinstance(tree, exp.Extract):
        source, unit = operand(tree.expression), tree.name.lower()
        names = {"year": "Year", "month": "Month number (1 to 12)", "day": "Day of the month", "quarter": "Quarter"}
        names |= {"hour": "Hour of the day (0 to 23)"}
        return f"{names[unit]} of {source}" if unit in names and source else None
    for kind, words in _PARTS.items():
        if isinstance(tree, kind):
            source = operand(tree.this)
            return f"{words} of {source}" if source else None
    if isinstance(tree, (exp.DateDiff, exp.TimestampDiff)):
        unit = tree.text("unit").lower() or "day"
        return _span(unit, _moment(tree.expression, context), _moment(tree.this, context))
    if isinstance(tree, exp.IntDiv) and isinstance(tree.this.unnest(), (exp.DateDiff, exp.TimestampDiff)):
        # date_diff('hour', a, b) // 24: whole days, each of 24 hours
        inner, per = tree.this.unnest(), tree.expression.unnest()
        larger = _LARGER.get((inner.text("unit").lower(), per.name))
        return (
            _span(larger, _moment(inner.expression, context), _moment(inner.this, context), "Whole") if larger else None
        )
    if isinstance(tree, (exp.Add, exp.Sub)) and isinstance(tree.expression.unnest(), exp.Interval):
        return _moved(tree, context)
    if isinstance(tree, exp.Sub) and _is_date(tree.this) and _is_date(tree.expression):
        return _span("day", _moment(tree.expression, context), _moment(tree.this, context))
    return None


def _moved(tree: exp.Expr, context: ColumnContext) -> str | None:
    """`started_at + interval 1 hour`: "`started_at` plus 1 hour"."""
    interval = tree.expression.unnest()
    number, unit = interval.this, interval.text("unit").lower().rstrip("s")
    start = _moment(tree.this, context)
    if not isinstance(number, exp.Literal) or unit not in _SPANS or not start or not number.name.isdigit():
        return None
    word = unit if number.name == "1" else _SPANS[unit]
    return f"{start} {'plus' if isinstance(tree, exp.Add) else 'minus'} {number.name} {word}"


def _is_date(tree: exp.Expr) -> bool:
    """Whether the SQL itself says that it is a date, without a time: two of these give days."""
    tree = tree.unnest()
    if isinstance(tree, exp.Coalesce):
        return all(_is_date(part) for part in (tree.this, *tree.expressions))
    return isinstance(tree, exp.CurrentDate) or (isinstance(tree, exp.Cast) and tree.to.is_type(exp.DataType.Type.DATE))


def _span(unit: str, start: str | None, end: str | None, which: str = "") -> str | None:
    """Days, minutes and seconds are near enough to what is counted: the boundaries of the unit that are crossed."""
    if unit not in _SPANS or not start or not end:
        return None
    if which:
        return f"{which} {_SPANS[unit]} from {start} to {end}"
    if unit in ("day", "minute", "second"):
        return f"Number of {_SPANS[unit]} from {start} to {end}"
    return f"Number of {unit} boundaries crossed from {start} to {end}"


def _moment(tree: exp.Expr, context: ColumnContext) -> str | None:
    """A column, a date, or a column with what stands in where it is empty."""
    named = context.naming.operand(tree, without=context.name)
    if named is not None and not isinstance(_undate(tree), exp.Literal) and "(" not in named:
        return named
    tree = _undate(tree)
    if isinstance(tree, exp.Coalesce) and len(tree.expressions) == 1:
        first, other = _moment(tree.this, context), _moment(tree.expressions[0], context)
        return f"{first} (or {other} where that is NULL)" if first and other else None
    if isinstance(tree, exp.Literal):
        return tree.name.removesuffix(" 00:00:00")
    if isinstance(tree, exp.CurrentDate):
        return "the day of the dbt run"
    if isinstance(tree, exp.CurrentTimestamp):
        return "the time of the dbt run"
    return context.naming.operand(tree, without=context.name)


def _undate(tree: exp.Expr) -> exp.Expr:
    tree = tree.unnest()
    while isinstance(tree, (exp.Cast, exp.TsOrDsToDate)):
        tree = tree.this.unnest()
    return tree
