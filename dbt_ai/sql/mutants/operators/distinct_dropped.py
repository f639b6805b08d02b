"""DISTINCT is forgotten: rows that repeat are kept.

>>> show("select distinct customer from orders")
SELECT DISTINCT -> SELECT
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.outputs import repeats_matter
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Select)
def distinct_dropped(node: exp.Select, original: Original) -> Changes:
    distinct = node.args.get("distinct")
    if distinct is not None and repeats_matter(node):
        before = f"SELECT {original.sql(distinct).strip()}"
        yield Change(((node, with_argument(node, "distinct", None)),), f"`{before}` became `SELECT`", before, "SELECT")
