"""Another part of a date: the month becomes the day, the hour becomes the minute.

>>> show("select extract(month from ordered_at) as month, year(ordered_at) as year from orders")
EXTRACT(MONTH FROM ordered_at) -> EXTRACT(DAY FROM ordered_at)
YEAR(ordered_at) -> MONTH(ordered_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.units import other_part
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_OTHER: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Year: exp.Month,
    exp.Quarter: exp.Month,
    exp.Month: exp.Day,
    exp.Week: exp.Month,
    exp.Day: exp.Month,
    exp.DayOfMonth: exp.Month,
    exp.DayOfWeek: exp.Day,
    exp.DayOfYear: exp.Day,
    exp.Hour: exp.Minute,
    exp.Minute: exp.Second,
}


@mutates(*_OTHER, exp.Extract, exp.Anonymous)
def date_part(node: exp.Expr, original: Original) -> Changes:
    if type(node) in _OTHER:
        yield changed(node, _OTHER[type(node)](this=node.this.copy()))
    elif isinstance(node, exp.Extract):
        part = other_part(node.this)
        if part is not None:
            yield changed(node, with_argument(node, "this", part))
    elif node.name.lower() in ("date_part", "datepart") and len(node.expressions) == 2:
        part = other_part(node.expressions[0])
        if part is not None:
            yield changed(node, with_argument(node, "expressions", [part, node.expressions[1].copy()]))
