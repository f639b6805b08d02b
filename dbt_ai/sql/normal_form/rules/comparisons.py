"""Comparisons in one direction, and NOT taken into them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.values import Relation

_OPPOSITE = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.LT: exp.GTE, exp.LTE: exp.GT, exp.GT: exp.LTE, exp.GTE: exp.LT,
    exp.NullSafeEQ: exp.NullSafeNEQ, exp.NullSafeNEQ: exp.NullSafeEQ,
}  # fmt: skip
"""DuckDB orders NaN, too, so that NOT a < b is a >= b for every value, and both are NULL for NULL."""


def comparisons(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `a > b` as `b < a` and `NOT a < b` as `b <= a`.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(comparisons, "SELECT a FROM t WHERE a > 1 AND NOT a = b")
    'SELECT s0.a AS a FROM t AS s0 WHERE (1 < s0.a) AND (s0.a <> s0.b)'
    """
    for node in list(tree.find_all(exp.Not)):
        opposite = _OPPOSITE.get(type(node.this))
        if opposite is not None and not isinstance(node.this.expression, (exp.Any, exp.All)):
            node.replace(opposite(this=node.this.this, expression=node.this.expression))
    for comparison in list(tree.find_all(exp.GT, exp.GTE)):
        if not isinstance(comparison.expression, (exp.Any, exp.All)):
            turned = exp.LT if isinstance(comparison, exp.GT) else exp.LTE
            comparison.replace(turned(this=comparison.expression, expression=comparison.this))
    return tree
