"""A window reaches over more rows than those of one key.

>>> show("select sum(amount) over (partition by shop, day) as total from sales")
PARTITION BY shop, day -> PARTITION BY day
PARTITION BY shop, day -> PARTITION BY shop
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import without
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Window)
def partition_key_dropped(node: exp.Window, original: Original) -> Changes:
    keys = node.args.get("partition_by") or ()
    for index, key in enumerate(keys):
        rest = [original.sql(other) for other in keys if other is not key]
        before = f"PARTITION BY {', '.join(map(original.sql, keys))}"
        after = f"PARTITION BY {', '.join(rest)}" if rest else ""
        what = f"`{original.short(key)}` was dropped from the keys of the window"
        yield Change(((node, without(node, "partition_by", index)),), what, before, after, at=key)
