"""CASTs to the type that a value has already."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.values import Relation


def casts(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Leave a CAST out that changes nothing.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(casts, "SELECT CAST(a AS INTEGER) AS x, CAST(a AS BIGINT) AS y FROM t")
    'SELECT s0.a AS x, CAST(s0.a AS BIGINT) AS y FROM t AS s0'
    """
    known = Known(tree, relations)
    for node in reversed(list(tree.find_all(exp.Cast))):
        kind = known.type_of(node)
        if kind is None or node.args.get("format") or isinstance(node.this, exp.Literal) or node.parent is None:
            continue
        if known.type_of(node.this) == kind:
            node.replace(node.this)
    return tree
