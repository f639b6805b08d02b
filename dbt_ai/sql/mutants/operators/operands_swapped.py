"""What is taken from what, or divided by what, is the other way round.

>>> show("select 1 - rate as a from t", {"t": {"rate": "double"}})
1 - rate -> rate - 1
>>> show("select date_diff('day', ordered_at, sent_at) as days from orders")
DATE_DIFF('DAY', ordered_at, sent_at) -> DATE_DIFF('DAY', sent_at, ordered_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.arithmetic import are_numbers
from dbt_ai.sql.mutants.building import operand
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Sub, exp.Div, exp.IntDiv, exp.DateDiff, exp.TimestampDiff)
def operands_swapped(node: exp.Expr, original: Original) -> Changes:
    difference = isinstance(node, (exp.DateDiff, exp.TimestampDiff))
    if node.this == node.expression or not (difference or are_numbers(node, original)):
        return
    new = node.copy()
    new.set("this", operand(node.expression))
    new.set("expression", operand(node.this))
    yield changed(node, new, types_may_change=not difference)
