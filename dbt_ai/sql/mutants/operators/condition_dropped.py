"""One of several conditions is forgotten.

>>> show("select id from orders where paid and amount > 0")
paid ->
amount > 0 ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import joined, parts
from dbt_ai.sql.mutants.conditions import each_dropped, in_join
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.And, exp.Or)
def condition_dropped(node: exp.Connector, original: Original) -> Changes:
    kind = type(node)
    if isinstance(node.parent, kind) or (isinstance(node, exp.And) and in_join(node)):
        return
    for piece, rest in each_dropped(node, parts(node, kind)):
        if isinstance(node.parent, exp.Qualify) and not any(other.find(exp.Window) for other in rest):
            continue
        before = original.short(piece)
        yield Change(((node, joined(rest, kind)),), f"`{before}` was dropped", before, at=piece)
