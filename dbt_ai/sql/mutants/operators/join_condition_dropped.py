"""One of several conditions of a join is forgotten.

>>> show("select a.id from a join b on a.id = b.id and a.day = b.day")
a.id = b.id ->
a.day = b.day ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import joined, parts
from dbt_ai.sql.mutants.conditions import each_dropped, in_join
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.And)
def join_condition_dropped(node: exp.And, original: Original) -> Changes:
    join = in_join(node)
    if isinstance(node.parent, exp.And) or join is None or join.method == "ASOF":
        return
    for piece, rest in each_dropped(node, parts(node, exp.And)):
        before = original.short(piece)
        yield Change(((node, joined(rest, exp.And)),), f"`{before}` was dropped", before, at=piece)
