"""A number is not rounded.

>>> show("select round(amount / 100, 2) as amount from orders")
ROUND(amount / 100, 2) -> amount / 100
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Round)
def rounding_dropped(node: exp.Round, original: Original) -> Changes:
    if original.columns.family(node.this) != "integer":
        yield changed(node, node.this.copy(), types_may_change=True)
