"""A number is rounded up instead of down, and the other way round.

>>> show("select floor(amount / 100) as amount from orders")
FLOOR(amount / 100) -> CEIL(amount / 100)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Floor, exp.Ceil)
def floor_ceiling(node: exp.Expr, original: Original) -> Changes:
    if original.columns.family(node.this) != "integer":
        yield changed(node, as_other(node, exp.Ceil if isinstance(node, exp.Floor) else exp.Floor))
