"""A flag is read the wrong way round.

>>> show("select id from orders where is_paid and amount > 0")
is_paid -> NOT is_paid
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import is_condition
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Column)
def flag_negated(node: exp.Column, original: Original) -> Changes:
    if is_condition(node):
        yield changed(node, exp.Not(this=node.copy()))
