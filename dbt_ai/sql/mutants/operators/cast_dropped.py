"""A moment is not cut to its day, or a number not to its type.

>>> show("select cast(ordered_at as date) as day from orders", {"orders": {"ordered_at": "timestamp"}})
CAST(ordered_at AS DATE) -> ordered_at
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_LOSING = {("timestamp", "date"), ("decimal", "integer"), ("float", "integer"), ("float", "decimal")}
# Elsewhere the type decides what the expression around it means, or whether it is valid.
_PLACES = (exp.Alias, exp.Group, exp.Min, exp.Max, exp.Sum, exp.Count, exp.Distinct, exp.Window)


@mutates(exp.Cast)
def cast_dropped(node: exp.Cast, original: Original) -> Changes:
    families = (original.columns.family(node.this), original.columns.family(node))
    if families in _LOSING and isinstance(node.parent, _PLACES):
        yield changed(node, node.this.copy(), types_may_change=True)
