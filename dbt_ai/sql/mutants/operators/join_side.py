"""An outer join becomes an inner one, and an inner one outer.

>>> show("select a.id from a left join b on a.id = b.id")
LEFT JOIN b ON a.id = b.id -> JOIN b ON a.id = b.id
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.joins import has_sides, other_side
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates

_OTHERS = {"": ("LEFT",), "LEFT": ("",), "RIGHT": ("",), "FULL": ("LEFT", "")}


@mutates(exp.Join)
def join_side(node: exp.Join, original: Original) -> Changes:
    if has_sides(node):
        for side in _OTHERS.get(node.side, ()):
            yield other_side(node, side)
