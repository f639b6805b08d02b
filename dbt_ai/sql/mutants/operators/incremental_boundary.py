"""An incremental model takes the newest rows a second time, or leaves out those of the same moment.

>>> show("select id from events where day > (select max(day) from loaded)")
day > (SELECT MAX(day) FROM loaded) -> day >= (SELECT MAX(day) FROM loaded)
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
def incremental_boundary(node: exp.Binary, original: Original) -> Changes:
    if is_incremental(node):
        yield other_operator(node, _OTHER[type(node)])
