"""Missing values come first where they came last, and the other way round.

>>> show("select row_number() over (partition by id order by day) as n from events")
day -> day NULLS FIRST
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.ordering import order_matters
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Ordered)
def nulls_placement(node: exp.Ordered, original: Original) -> Changes:
    if order_matters(node):
        yield changed(node, with_argument(node, "nulls_first", not node.args.get("nulls_first")))
