"""NOT taken inwards."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import combined
from dbt_ai.sql.values import Relation


def negations(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `NOT (a AND b)` as `NOT a OR NOT b`, and `NOT NOT a` as `a`: both hold for NULL, too.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(negations, "SELECT a FROM t WHERE NOT (a = 1 OR NOT f)")
    'SELECT s0.a AS a FROM t AS s0 WHERE (NOT (s0.a = 1)) AND s0.f'
    """
    known = Known(tree, relations)
    for node in list(tree.find_all(exp.Not)):
        inner = node.this
        if isinstance(inner, (exp.And, exp.Or)):
            other = exp.Or if isinstance(inner, exp.And) else exp.And
            turned = combined(other, [_negated(term, known) for term in inner.flatten()])
            if turned is not None:
                node.replace(turned)
        elif isinstance(inner, exp.Not) and known.is_boolean(inner.this):
            node.replace(inner.this)
        elif isinstance(inner, exp.Boolean):
            node.replace(exp.Boolean(this=not inner.this))
    return tree


def _negated(term: exp.Expr, known: Known) -> exp.Expr:
    inner: exp.Expr = term.this
    if isinstance(term, exp.Not) and known.is_boolean(inner):
        return inner
    return exp.Not(this=term.copy())
