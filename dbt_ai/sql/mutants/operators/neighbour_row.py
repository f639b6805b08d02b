"""The row after is read instead of the row before, the last one instead of the first.

>>> show("select lag(day) over (partition by id order by day) as previous from events")
LAG(day) -> LEAD(day)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_OTHER: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Lag: exp.Lead,
    exp.Lead: exp.Lag,
    exp.FirstValue: exp.LastValue,
    exp.LastValue: exp.FirstValue,
}


@mutates(*_OTHER)
def neighbour_row(node: exp.Expr, original: Original) -> Changes:
    yield changed(node, as_other(node, _OTHER[type(node)]))
