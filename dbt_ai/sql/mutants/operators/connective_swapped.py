"""AND becomes OR, and the other way round.

>>> show("select id from orders where paid and not returned")
paid AND NOT returned -> paid OR NOT returned
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import in_join
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.And, exp.Or)
def connective_swapped(node: exp.Connector, original: Original) -> Changes:
    join = in_join(node)
    if join is not None and join.method == "ASOF":
        return
    kind, what = (exp.Or, "`AND` became `OR`") if isinstance(node, exp.And) else (exp.And, "`OR` became `AND`")
    yield changed(node, kind(this=node.this.copy(), expression=node.expression.copy()), what)
