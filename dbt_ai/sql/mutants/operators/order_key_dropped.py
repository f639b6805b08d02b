"""One of several keys of an order is forgotten: what it told apart is told apart by chance.

>>> show("select rank() over (order by score desc, name) as place from players")
ORDER BY score DESC, name -> ORDER BY name
ORDER BY score DESC, name -> ORDER BY score DESC
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import without
from dbt_ai.sql.mutants.ordering import order_matters
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Order)
def order_key_dropped(node: exp.Order, original: Original) -> Changes:
    keys = node.expressions
    for index, key in enumerate(keys if len(keys) > 1 else ()):
        if not order_matters(key):
            continue
        before = f"ORDER BY {', '.join(map(original.sql, keys))}"
        after = f"ORDER BY {', '.join(original.sql(other) for other in keys if other is not key)}"
        what = f"`{original.short(key)}` was dropped from the order"
        yield Change(((node, without(node, "expressions", index)),), what, before, after, at=key)
