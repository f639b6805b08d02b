"""One row more is kept of those that come first.

>>> show("select id from orders order by amount desc limit 10")
LIMIT 10 -> LIMIT 11
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Limit)
def limit_moved(node: exp.Limit, original: Original) -> Changes:
    size = node.expression
    # Without an order it is chance which rows are kept.
    if isinstance(size, exp.Literal) and size.is_int and node.parent is not None and node.parent.args.get("order"):
        yield changed(node, with_argument(node, "expression", exp.Literal.number(int(size.name) + 1)))
