"""Orders that decide something: the order of a model's rows does not."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original


def order_matters(node: exp.Ordered) -> bool:
    """Whether the result depends on this key: in a window, in an aggregate, or with LIMIT or DISTINCT ON. A key by
    which the rows are taken apart beforehand orders nothing."""
    holder = node.parent.parent if isinstance(node.parent, exp.Order) else None
    if isinstance(holder, (exp.Select, exp.SetOperation)):
        distinct = holder.args.get("distinct")
        on = distinct.args.get("on") if isinstance(distinct, exp.Distinct) else None
        limited = any(holder.args.get(part) for part in ("limit", "offset"))
        return limited or (on is not None and node.this not in on.expressions)
    if isinstance(holder, exp.Window):
        return node.this not in (holder.args.get("partition_by") or ())
    return holder is not None and not isinstance(holder, exp.Subquery)


def in_other_order(node: exp.Ordered, original: Original) -> exp.Expr:
    """The same key the other way round; the place of the NULLs is written where it was, and only there."""
    new = with_argument(node, "desc", not node.args.get("desc"))
    if ("NULLS " in original.sql(new)) != ("NULLS " in original.sql(node)):
        new.set("nulls_first", not node.args.get("nulls_first"))
    return new
