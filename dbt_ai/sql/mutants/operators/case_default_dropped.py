"""ELSE is forgotten: what no branch knows is NULL.

>>> show("select case when paid then amount else 0 end as paid_amount from orders")
ELSE 0 ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Case)
def case_default_dropped(node: exp.Case, original: Original) -> Changes:
    default = node.args.get("default")
    if default is not None and not isinstance(default.unnest(), exp.Null):
        before = f"ELSE {original.short(default)}"
        edits = ((node, with_argument(node, "default", None)),)
        yield Change(edits, f"`{before}` was dropped", before, "", original.differ_in_type(node, default), at=default)
