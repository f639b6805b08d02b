"""A sum becomes an average, and the other way round.

>>> show("select customer, sum(amount) as total from orders group by customer")
SUM(amount) -> AVG(amount)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Sum, exp.Avg)
def sum_average(node: exp.Expr, original: Original) -> Changes:
    if original.columns.family(node.this) not in ("boolean", "interval"):
        other = exp.Avg if isinstance(node, exp.Sum) else exp.Sum
        yield changed(node, as_other(node, other), types_may_change=True)
