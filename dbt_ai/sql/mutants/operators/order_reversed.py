"""An order that decides which rows or values are taken is the other way round.

>>> show("select row_number() over (partition by id order by day desc) as n from events")
day DESC -> day ASC
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.ordering import in_other_order, order_matters
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Ordered)
def order_reversed(node: exp.Ordered, original: Original) -> Changes:
    if order_matters(node):
        yield changed(node, in_other_order(node, original))
