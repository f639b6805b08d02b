"""Days become weeks, weeks become months: time is cut off more coarsely.

>>> show("select date_trunc('day', ordered_at) as period from orders")
DATE_TRUNC('DAY', ordered_at) -> DATE_TRUNC('WEEK', ordered_at)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.units import coarser
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.TimestampTrunc, exp.DateTrunc, exp.DatetimeTrunc)
def truncation_unit(node: exp.Expr, original: Original) -> Changes:
    unit = coarser(node.args.get("unit"))
    if unit is not None:
        yield changed(node, with_argument(node, "unit", unit))
