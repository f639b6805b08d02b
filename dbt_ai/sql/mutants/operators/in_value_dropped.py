"""A value is missing in a list of values. (Of a long list the first, and the last.)

>>> show("select id from orders where status in ('paid', 'sent')")
status IN ('paid', 'sent') -> status IN ('sent')
status IN ('paid', 'sent') -> status IN ('paid')
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import without
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_LONG = 8


@mutates(exp.In)
def in_value_dropped(node: exp.In, original: Original) -> Changes:
    values = node.expressions
    if len(values) < 2 or isinstance(node.parent, exp.Pivot):
        return
    for index in range(len(values)) if len(values) <= _LONG else (0, len(values) - 1):
        if values.count(values[index]) == 1:
            what = f"`{original.sql(values[index])}` was dropped from the list"
            yield changed(node, without(node, "expressions", index), what)
