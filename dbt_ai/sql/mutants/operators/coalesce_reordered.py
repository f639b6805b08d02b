"""Of two values that may be missing, the second one comes first.

>>> show("select coalesce(shipped_at, ordered_at) as at from orders")
COALESCE(shipped_at, ordered_at) -> COALESCE(ordered_at, shipped_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Coalesce)
def coalesce_reordered(node: exp.Coalesce, original: Original) -> Changes:
    values = [node.this, *node.expressions]
    if len(values) > 1 and values[0] != values[1] and all(value.find(exp.Column) for value in values[:2]):
        first, second, *others = (value.copy() for value in values)
        new = node.copy()
        new.set("this", second)
        new.set("expressions", [first, *others])
        yield changed(node, new)
