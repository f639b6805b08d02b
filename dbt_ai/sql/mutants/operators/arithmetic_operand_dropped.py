"""What is added, taken off, multiplied with or divided by is forgotten.

>>> show("select amount - discount as net from orders", {"orders": {"amount": "int", "discount": "int"}})
amount - discount -> amount
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.arithmetic import are_numbers
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv)
def arithmetic_operand_dropped(node: exp.Binary, original: Original) -> Changes:
    moves_time = isinstance(node.expression, exp.Interval) and isinstance(node, (exp.Add, exp.Sub))
    if moves_time or are_numbers(node, original):
        yield changed(node, node.this.copy(), types_may_change=True)
