"""A comparison looks the other way.

>>> show("select id from orders where amount >= 10")
amount >= 10 -> amount <= 10
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import other_operator
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates

_OTHER: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}


@mutates(*_OTHER)
def comparison_reversed(node: exp.Binary, original: Original) -> Changes:
    yield other_operator(node, _OTHER[type(node)])
