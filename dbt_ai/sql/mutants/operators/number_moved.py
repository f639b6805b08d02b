"""A number is one too high, or one too low.

>>> show("select id, quantity * 12 as pieces from orders where amount > 100")
12 -> 13
100 -> 101
100 -> 99
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.literals import COMPARISONS, is_value, moved_number
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Literal)
def number_moved(node: exp.Literal, original: Original) -> Changes:
    if node.is_string or not is_value(node, "number"):
        return
    comparison = node.parent if isinstance(node.parent, COMPARISONS) else None
    if comparison is None or isinstance(comparison, (exp.EQ, exp.NEQ)):
        steps = [1 if moved_number(node.name, 1) is not None else -1]
    else:
        steps = [by for by in (1, -1) if not _is_the_other_bound(comparison, node, by, original)]
    for by in steps:
        new = moved_number(node.name, by)
        if new is not None:
            yield changed(node, new)


def _is_the_other_bound(comparison: exp.Expr, node: exp.Literal, by: int, original: Original) -> bool:
    """Whether whole numbers above 9 are those from 10 on: `comparison-boundary` says so."""
    if isinstance(comparison, exp.Between):
        return False
    first = node is comparison.this
    other = comparison.expression if first else comparison.this
    widens = isinstance(comparison, (exp.GT, exp.LTE)) == (by == -1)
    return original.columns.family(other) == "integer" and widens != first
