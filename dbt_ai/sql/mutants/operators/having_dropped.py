"""The filter of the groups is forgotten.

>>> show("select customer, count(*) as n from orders group by customer having count(*) > 1")
HAVING COUNT(*) > 1 ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Having)
def having_dropped(node: exp.Having, original: Original) -> Changes:
    if not isinstance(node.this, exp.And):
        yield changed(node, None)
