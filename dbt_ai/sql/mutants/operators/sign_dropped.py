"""The sign of a number is forgotten, or not taken off.

>>> show("select -amount as refund, abs(change) as size from orders")
-amount -> amount
ABS(change) -> change
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Neg, exp.Abs)
def sign_dropped(node: exp.Expr, original: Original) -> Changes:
    if not isinstance(node.this, exp.Literal) or node.name != "0":
        yield changed(node, node.this.copy())
