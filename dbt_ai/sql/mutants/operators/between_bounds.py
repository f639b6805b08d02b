"""A span of values without its first, or without its last.

>>> show("select id from orders where amount between 1 and 9")
amount BETWEEN 1 AND 9 -> amount > 1 AND amount <= 9
amount BETWEEN 1 AND 9 -> amount >= 1 AND amount < 9
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import operand
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Between)
def between_bounds(node: exp.Between, original: Original) -> Changes:
    for above, below in ((exp.GT, exp.LTE), (exp.GTE, exp.LT)):
        yield changed(
            node,
            exp.And(
                this=above(this=operand(node.this), expression=operand(node.args["low"])),
                expression=below(this=operand(node.this), expression=operand(node.args["high"])),
            ),
        )
