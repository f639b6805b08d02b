"""A sum becomes a maximum.

>>> show("select customer, sum(amount) as total from orders group by customer")
SUM(amount) -> MAX(amount)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Sum)
def sum_maximum(node: exp.Sum, original: Original) -> Changes:
    if not isinstance(node.this, exp.Distinct) and original.columns.family(node.this) != "boolean":
        yield changed(node, as_other(node, exp.Max), types_may_change=True)
