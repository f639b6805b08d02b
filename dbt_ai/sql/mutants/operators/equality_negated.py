"""Equal becomes unequal, and the other way round.

>>> show("select id from orders where status = 'paid'")
status = 'paid' -> status <> 'paid'
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import in_join, is_always_true, other_operator
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates


@mutates(exp.EQ, exp.NEQ)
def equality_negated(node: exp.Binary, original: Original) -> Changes:
    # A join on keys that differ is a fault that nobody overlooks; and f(name = value) is no comparison.
    if in_join(node) or is_always_true(node) or isinstance(node.parent, (exp.Anonymous, exp.Table)):
        return
    if not isinstance(node.expression, (exp.Any, exp.All)):
        yield other_operator(node, exp.NEQ if isinstance(node, exp.EQ) else exp.EQ)
