"""A span of time is one longer.

>>> show("select ordered_at + interval '7 days' as due from orders")
INTERVAL '7' DAYS -> INTERVAL '8' DAYS
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Interval)
def interval_moved(node: exp.Interval, original: Original) -> Changes:
    size = node.this
    if isinstance(size, exp.Literal) and size.name.isdigit():
        more = str(int(size.name) + 1)
        new = exp.Literal.string(more) if size.is_string else exp.Literal.number(more)
        yield changed(node, with_argument(node, "this", new))
