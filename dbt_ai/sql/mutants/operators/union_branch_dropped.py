"""A part of a union is missing.

>>> show("select id from a union all select id from b")
SELECT id FROM a ->
SELECT id FROM b ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates

_OF_BOTH = ("order", "limit", "offset", "by_name")


@mutates(exp.Union)
def union_branch_dropped(node: exp.Union, original: Original) -> Changes:
    if any(node.args.get(part) for part in _OF_BOTH):
        return
    for lost, kept in ((node.this, node.expression), (node.expression, node.this)):
        names = kept.named_selects
        if lost is node.this and (isinstance(lost, exp.SetOperation) or names != lost.named_selects or "*" in names):
            continue
        before, with_ = original.short(lost), node.args.get("with_")
        if with_ is not None and (isinstance(kept, exp.Subquery) or kept.args.get("with_")):
            continue
        new = with_argument(kept, "with_", with_.copy()) if with_ is not None else kept.copy()
        yield Change(((node, new),), f"`{before}` was dropped", before, types_may_change=True, at=lost)
