"""LEFT JOINs that WHERE makes inner ones."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import conjuncts, is_left, is_plain, joins, rejects_null, selects
from dbt_ai.sql.values import Relation


def outer_joins(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write a LEFT JOIN as an inner one where WHERE is true for no row that found no partner.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(outer_joins, "SELECT t.a FROM t LEFT JOIN u ON t.k = u.k WHERE u.b > 1")
    'SELECT s0.a AS a FROM t AS s0 JOIN u AS s1 ON s0.k = s1.k WHERE s1.b > 1'
    """
    for select in selects(tree):
        if not is_plain(select) or not all(is_left(join) or not join.side for join in joins(select)):
            continue
        terms = conjuncts(select.args.get("where"))
        for join in joins(select):
            name = join.this.alias_or_name
            if is_left(join) and any(rejects_null(term, name) for term in terms):
                join.set("side", None)
                join.set("kind", None)
    return tree
