"""Parts and truncations of dates, and spans between them."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved

_FIRST = {"month": "First day of the month", "year": "First day of the year", "week": "First day of the week"}
_FIRST |= {"quarter": "First day of the quarter", "day": "Day", "hour": "Hour"}
_PARTS = {exp.Year: "Year", exp.Month: "Month number (1 to 12)", exp.Day: "Day of the month", exp.Quarter: "Quarter"}
_SPANS = {"day": "days", "week": "weeks", "month": "months", "year": "years", "quarter": "quarters"}
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
    return Draft(proved(text + ".", facts.sql), Strength.MEANING) if text else None


def _text(tree: exp.Expr, context: ColumnContext) -> str | None:
    def operand(inner: exp.Expr) -> str | None:
        return context.naming.operand(inner, without=context.name)

    if isinstance(tree, (exp.DateTrunc, exp.TimestampTrunc)):
        unit, source = tree.text("unit").lower(), operand(tree.this)
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
        end, start = operand(_undate(tree.this)), operand(_undate(tree.expression))
        if unit not in _SPANS or not start or not end:
            return None
        what = "days" if unit == "day" else f"{unit} boundaries crossed"
        return f"Number of {what} from {start} to {end}"
    return None


def _undate(tree: exp.Expr) -> exp.Expr:
    tree = tree.unnest()
    while isinstance(tree, (exp.Cast, exp.TsOrDsToDate)):
        tree = tree.this.unnest()
    return tree
