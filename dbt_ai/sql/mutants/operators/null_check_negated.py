"""IS NULL becomes IS NOT NULL, and the other way round.

>>> show("select id from orders where paid_at is null")
paid_at IS NULL -> NOT paid_at IS NULL
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import negated
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates


@mutates(exp.Is)
def null_check_negated(node: exp.Is, original: Original) -> Changes:
    if isinstance(node.expression, exp.Null):
        yield negated(node, "IS NULL", "IS NOT NULL")
