"""Columns of derived tables that nobody reads."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import columns_of, is_plain, order_by_values
from dbt_ai.sql.values import Relation


def unused_columns(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Leave out the columns of a derived table that are not read, as DuckDB does: what is left out is not worked out
    either, so it cannot fail. Not where DISTINCT compares them.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(unused_columns, "SELECT q.b FROM (SELECT b, SUM(k) AS s FROM t GROUP BY b) AS q")
    'SELECT s1.b AS b FROM (SELECT s0.b AS b FROM t AS s0 GROUP BY s0.b) AS s1'
    """
    for source in tree.find_all(exp.Subquery):
        inner = source.this
        if not source.alias or not isinstance(inner, exp.Select) or not is_plain(inner):
            continue
        if inner.args.get("distinct") is not None:
            continue
        read = {column.name for column in columns_of(tree, source.alias)}
        kept = [part for part in inner.expressions if part.alias_or_name in read]
        grouped = inner.args.get("group") is not None or inner.args.get("having") is not None
        aggregates = [part for part in inner.expressions if part.find(exp.AggFunc) is not None]
        if not grouped and aggregates and not any(part in kept for part in aggregates):
            kept.append(aggregates[0])  # without it there would be a row for each row, not one
        if not kept:
            kept = [exp.alias_(exp.Literal.number(1), "x")]
        if len(kept) < len(inner.expressions) or kept[0] not in inner.expressions:
            order_by_values(inner)
            inner.set("expressions", kept)
    return tree
