"""The bound of a comparison comes in or goes out.

>>> show("select id from orders where amount > 0")
amount > 0 -> amount >= 0
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import other_operator
from dbt_ai.sql.mutants.increments import is_incremental
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates

_OTHER: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
}


@mutates(*_OTHER)
def comparison_boundary(node: exp.Binary, original: Original) -> Changes:
    if not is_incremental(node):
        yield other_operator(node, _OTHER[type(node)])
