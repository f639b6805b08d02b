"""DISTINCT where it does not belong: rows that repeat for a reason are lost.

>>> show("select customer, amount from orders")
SELECT -> SELECT DISTINCT
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.outputs import repeats_matter
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Select)
def distinct_added(node: exp.Select, original: Original) -> Changes:
    if any(node.args.get(part) for part in ("distinct", "group", "order", "limit", "offset", "kind")):
        return
    if node.is_star or not node.args.get("from_") or any(item.find(exp.AggFunc) for item in node.expressions):
        return
    if repeats_matter(node):
        what = "`SELECT` became `SELECT DISTINCT`"
        yield Change(((node, with_argument(node, "distinct", exp.Distinct())),), what, "SELECT", "SELECT DISTINCT")
