"""A filter keeps what it should leave out. (Plain comparisons are negated by operators of their own.)

>>> show("select id from orders where paid or amount = 0")
paid OR amount = 0 -> NOT (paid OR amount = 0)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import operand
from dbt_ai.sql.mutants.conditions import is_always_true
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Where, exp.Having, exp.Qualify)
def filter_negated(node: exp.Expr, original: Original) -> Changes:
    if isinstance(node.this, exp.Connector) and not is_always_true(node.this):
        yield changed(node.this, exp.Not(this=operand(node.this)))
