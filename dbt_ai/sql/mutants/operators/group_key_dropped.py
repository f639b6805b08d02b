"""A key is missing in GROUP BY: rows of several groups fall into one, which keeps the highest value of the key.

>>> show("select day, shop, sum(amount) as total from sales group by day, shop")
GROUP BY day, shop -> GROUP BY shop
GROUP BY day, shop -> GROUP BY day
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import without
from dbt_ai.sql.mutants.groups import group_keys, outside_aggregates
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Group)
def group_key_dropped(node: exp.Group, original: Original) -> Changes:
    select = node.parent
    plain = all(key == "expressions" or not value for key, value in node.args.items())
    if not isinstance(select, exp.Select) or len(node.expressions) < 2 or not plain or select.is_star:
        return
    for index, key in enumerate(group_keys(select)):
        own = [item for item in select.expressions if item.unalias() == key]
        uses = [use for use in outside_aggregates(select, key) if use.parent is not node]
        if len(own) == len(uses) and not key.find(exp.Literal):
            shorter = without(node, "expressions", index)
            edits = [(item.unalias(), exp.Max(this=key.copy())) for item in own]
            what = f"`{original.short(key)}` was dropped"
            yield Change(
                ((node, shorter), *edits), what, original.short(node), original.short(shorter), everywhere=False
            )
