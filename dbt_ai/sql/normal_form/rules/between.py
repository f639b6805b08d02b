"""BETWEEN as two comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import is_stable
from dbt_ai.sql.values import Relation


def between(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `a BETWEEN 1 AND 2` as `a >= 1 AND a <= 2`, where both ends are of one type: BETWEEN brings all three to
    one type, and the comparisons bring two each.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(between, "SELECT a FROM t WHERE a BETWEEN 1 AND b")
    'SELECT s0.a AS a FROM t AS s0 WHERE (s0.a >= 1) AND (s0.a <= s0.b)'
    """
    known = Known(tree, relations)
    for node in list(tree.find_all(exp.Between)):
        value, low, high = node.this, node.args["low"], node.args["high"]
        ends = {_type(low, known), _type(high, known)}
        if node.args.get("symmetric") or len(ends) > 1 or None in ends or not is_stable(value):
            continue
        both = exp.And(
            this=exp.GTE(this=value.copy(), expression=low.copy()),
            expression=exp.LTE(this=value.copy(), expression=high.copy()),
        )
        node.replace(both)
    return tree


def _type(end: exp.Expr, known: Known) -> str | None:
    if isinstance(end, exp.Neg):
        return _type(end.this, known)
    if isinstance(end, exp.Literal) and not end.is_string:
        return "number"
    kind = known.type_of(end)
    return "number" if kind in ("INT", "BIGINT") else kind
