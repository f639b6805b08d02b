"""A date is a day too late, or a day too early.

>>> show("select id from orders where ordered_at >= date '2024-01-01'")
CAST('2024-01-01' AS DATE) -> CAST('2024-01-02' AS DATE)
CAST('2024-01-01' AS DATE) -> CAST('2023-12-31' AS DATE)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.literals import COMPARISONS, beside, is_value, moved_day
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Literal, exp.Cast)
def date_moved(node: exp.Expr, original: Original) -> Changes:
    text = node.this if isinstance(node, exp.Cast) else node
    if not isinstance(text, exp.Literal) or not text.is_string or not is_value(node, "date"):
        return
    if isinstance(node, exp.Cast) and not node.is_type(*exp.DataType.TEMPORAL_TYPES):
        return
    if text is node and any(original.columns.family(other) == "text" for other in beside(node)):
        return
    moved = [moved_day(text.name, by) for by in (1, -1)]
    for day in moved if isinstance(node.parent, COMPARISONS) else [moved[0] or moved[1]]:
        if day is not None:
            new = exp.Literal.string(day)
            yield changed(node, new if text is node else with_argument(node, "this", new))
