"""A union keeps rows that repeat, or drops them where it should not.

>>> show("select id from a union all select id from b")
UNION ALL -> UNION
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.outputs import repeats_matter
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Union)
def union_distinct(node: exp.Union, original: Original) -> Changes:
    if repeats_matter(node):
        distinct = not node.args.get("distinct")
        before, after = ("UNION ALL", "UNION") if distinct else ("UNION", "UNION ALL")
        edits = ((node, with_argument(node, "distinct", distinct)),)
        yield Change(edits, f"`{before}` became `{after}`", before, after, at=node.expression)
