"""LIKE becomes NOT LIKE, and the other way round.

>>> show("select id from customers where name like 'A%'")
name LIKE 'A%' -> NOT name LIKE 'A%'
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import negated
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates


@mutates(exp.Like, exp.ILike)
def like_negated(node: exp.Binary, original: Original) -> Changes:
    if not isinstance(node.parent, exp.Escape):
        yield negated(node, "LIKE" if isinstance(node, exp.Like) else "ILIKE")
