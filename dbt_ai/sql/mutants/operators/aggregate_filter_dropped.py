"""The FILTER of an aggregate is forgotten.

>>> show("select count(*) filter (where paid) as paid from orders")
COUNT(*) FILTER(WHERE paid) -> COUNT(*)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Filter)
def aggregate_filter_dropped(node: exp.Filter, original: Original) -> Changes:
    yield changed(node, node.this.copy())
