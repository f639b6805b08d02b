"""The greatest of several values becomes the least, and the other way round.

>>> show("select greatest(created_at, updated_at) as at from orders")
GREATEST(created_at, updated_at) -> LEAST(created_at, updated_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Greatest, exp.Least)
def greatest_least(node: exp.Expr, original: Original) -> Changes:
    if node.expressions:
        yield changed(node, as_other(node, exp.Least if isinstance(node, exp.Greatest) else exp.Greatest))
