"""The choice of one row of many is forgotten.

>>> show("select id from events qualify row_number() over (partition by id order by day) = 1")
QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY day) = 1 ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Qualify)
def qualify_dropped(node: exp.Qualify, original: Original) -> Changes:
    if not isinstance(node.this, exp.And):
        yield changed(node, None)
