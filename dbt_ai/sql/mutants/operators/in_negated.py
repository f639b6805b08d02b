"""IN becomes NOT IN, and the other way round.

>>> show("select id from orders where status in ('paid', 'sent')")
status IN ('paid', 'sent') -> NOT status IN ('paid', 'sent')
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import negated
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates


@mutates(exp.In)
def in_negated(node: exp.In, original: Original) -> Changes:
    if not isinstance(node.parent, exp.Pivot):
        yield negated(node, "IN")
