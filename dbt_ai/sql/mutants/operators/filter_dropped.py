"""The filter is forgotten. (Of several conditions, `condition-dropped` forgets each.)

>>> show("select id from orders where amount > 0")
WHERE amount > 0 ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import is_always_true
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Where)
def filter_dropped(node: exp.Where, original: Original) -> Changes:
    if isinstance(node.parent, exp.Select) and not isinstance(node.this, exp.And) and not is_always_true(node.this):
        yield changed(node, None)
