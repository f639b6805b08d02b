"""A NOT is forgotten. (NOT before IN, LIKE, BETWEEN, EXISTS and NULL belongs to operators of their own.)

>>> show("select id from orders where not returned")
NOT returned -> returned
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_OWN = (exp.In, exp.Like, exp.ILike, exp.Between, exp.Exists)


@mutates(exp.Not)
def not_dropped(node: exp.Not, original: Original) -> Changes:
    of_null = isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null)
    if not of_null and not isinstance(node.this, _OWN):
        yield changed(node, node.this.copy())
