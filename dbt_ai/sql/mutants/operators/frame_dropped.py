"""The frame of a window is forgotten: it reaches from the first row to the rows that tie with this one.

>>> show("select sum(x) over (order by day rows between 6 preceding and current row) as x7 from t")
rows BETWEEN 6 preceding AND CURRENT ROW ->
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Window)
def frame_dropped(node: exp.Window, original: Original) -> Changes:
    frame = node.args.get("spec")
    if frame is not None:
        before = original.sql(frame)
        yield Change(((node, with_argument(node, "spec", None)),), f"`{before}` was dropped", before)
