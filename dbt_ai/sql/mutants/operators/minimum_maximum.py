"""The lowest becomes the highest, the earliest the latest, any becomes all, and the other way round.

>>> show("select customer, min(ordered_at) as first_order from orders group by customer")
MIN(ordered_at) -> MAX(ordered_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_OTHER: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.ArgMin: exp.ArgMax,
    exp.ArgMax: exp.ArgMin,
    exp.LogicalAnd: exp.LogicalOr,
    exp.LogicalOr: exp.LogicalAnd,
}


@mutates(*_OTHER)
def minimum_maximum(node: exp.Expr, original: Original) -> Changes:
    yield changed(node, as_other(node, _OTHER[type(node)]))
