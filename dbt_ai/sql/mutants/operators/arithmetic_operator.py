"""Plus becomes minus, times becomes divided by, and the other way round.

>>> show("select amount + 1 as a, amount / 100 as b from orders")
amount + 1 -> amount - 1
amount / 100 -> amount * 100
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.arithmetic import are_numbers
from dbt_ai.sql.mutants.conditions import other_operator
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates

_OTHER: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
    exp.Mul: exp.Div,
    exp.Div: exp.Mul,
    exp.IntDiv: exp.Mul,
}


@mutates(*_OTHER)
def arithmetic_operator(node: exp.Binary, original: Original) -> Changes:
    moves_time = isinstance(node.expression, exp.Interval) and isinstance(node, (exp.Add, exp.Sub))
    if moves_time or are_numbers(node, original):
        types_may_change = not isinstance(node, (exp.Add, exp.Sub))
        yield other_operator(node, _OTHER[type(node)], types_may_change=types_may_change)
