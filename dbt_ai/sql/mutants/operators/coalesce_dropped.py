"""The value for a missing one is forgotten: NULL stays NULL.

>>> show("select coalesce(discount, 0) as discount from orders")
COALESCE(discount, 0) -> discount
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Coalesce)
def coalesce_dropped(node: exp.Coalesce, original: Original) -> Changes:
    if node.expressions and not isinstance(node.this.unnest(), exp.Null):
        yield changed(node, node.this.copy(), types_may_change=original.differ_in_type(node.this, node))
