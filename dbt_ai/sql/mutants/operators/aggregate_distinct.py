"""Values that repeat are counted or added up once, and the other way round.

>>> show("select count(customer) as customers from orders")
COUNT(customer) -> COUNT(DISTINCT customer)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Count, exp.Sum, exp.Avg)
def aggregate_distinct(node: exp.AggFunc, original: Original) -> Changes:
    value = node.this
    if isinstance(value, exp.Distinct):
        if len(value.expressions) == 1:
            yield changed(node, with_argument(node, "this", value.expressions[0].copy()))
    elif value.find(exp.Column) and not node.expressions and not isinstance(node.parent, exp.Window):
        filtered = isinstance(node.parent, exp.Filter) and isinstance(node.parent.parent, exp.Window)
        if not filtered and not value.find(exp.Star):
            yield changed(node, with_argument(node, "this", exp.Distinct(expressions=[value.copy()])))
