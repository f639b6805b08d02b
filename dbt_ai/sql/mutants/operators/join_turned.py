"""A LEFT JOIN keeps the rows of the other side, and so does a RIGHT JOIN.

>>> show("select a.id from a left join b on a.id = b.id")
LEFT JOIN b ON a.id = b.id -> RIGHT JOIN b ON a.id = b.id
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.joins import has_sides, other_side
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates

_OTHER = {"LEFT": "RIGHT", "RIGHT": "LEFT"}


@mutates(exp.Join)
def join_turned(node: exp.Join, original: Original) -> Changes:
    if has_sides(node) and node.side in _OTHER:
        yield other_side(node, _OTHER[node.side])
