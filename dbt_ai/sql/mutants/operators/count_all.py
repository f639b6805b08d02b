"""Rows are counted where values were: the NULLs are counted, too.

>>> show("select count(paid_at) as paid from orders")
COUNT(paid_at) -> COUNT(*)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Count)
def count_all(node: exp.Count, original: Original) -> Changes:
    value = node.this
    if not isinstance(value, (exp.Distinct, exp.Star)) and value.find(exp.Column) and not value.find(exp.Star):
        yield changed(node, with_argument(node, "this", exp.Star()))
