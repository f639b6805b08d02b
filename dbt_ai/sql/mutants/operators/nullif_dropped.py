"""A value that stands for a missing one is kept.

>>> show("select nullif(email, '') as email from customers")
NULLIF(email, '') -> email
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Nullif)
def nullif_dropped(node: exp.Nullif, original: Original) -> Changes:
    yield changed(node, node.this.copy())
