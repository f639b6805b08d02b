"""NULL equals NULL, where it did not.

>>> show("select a.id from a join b on a.code = b.code")
a.code = b.code -> a.code IS NOT DISTINCT FROM b.code
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import unknown_counts_as_false
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.EQ, exp.NEQ)
def equality_null_safe(node: exp.Binary, original: Original) -> Changes:
    sides = (node.this.unnest(), node.expression.unnest())
    if isinstance(node.parent, (exp.Anonymous, exp.Table)) or isinstance(sides[1], (exp.Any, exp.All)):
        return
    literals = [side for side in sides if not side.find(exp.Column, exp.Query)]
    # `column = 'a'` is not true where the column is NULL, and stays so: only NULL and FALSE change places.
    if len(literals) == 2 or (literals and isinstance(node, exp.EQ) and unknown_counts_as_false(node)):
        return
    kind = exp.NullSafeEQ if isinstance(node, exp.EQ) else exp.NullSafeNEQ
    yield changed(node, kind(this=node.this.copy(), expression=node.expression.copy()))
