"""A difference in days is one in months: time is measured in a coarser unit.

>>> show("select date_diff('day', ordered_at, sent_at) as days from orders")
DATE_DIFF('DAY', ordered_at, sent_at) -> DATE_DIFF('MONTH', ordered_at, sent_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.units import coarser
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.DateDiff, exp.TimestampDiff)
def difference_unit(node: exp.Expr, original: Original) -> Changes:
    unit = coarser(node.args.get("unit"))
    # Weeks begin on different days, and sqlglot writes that out around them.
    unit = coarser(unit) if unit is not None and unit.name.upper() == "WEEK" else unit
    if unit is not None:
        yield changed(node, with_argument(node, "unit", unit))
