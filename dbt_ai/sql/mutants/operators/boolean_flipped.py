"""TRUE becomes FALSE, and the other way round.

>>> show("select coalesce(paid, false) as paid from orders")
FALSE -> TRUE
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.literals import is_value
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Boolean)
def boolean_flipped(node: exp.Boolean, original: Original) -> Changes:
    if isinstance(node.parent, exp.Is) or is_value(node, "text"):
        yield changed(node, exp.Boolean(this=not node.this))
