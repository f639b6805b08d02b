"""ORDER BY where nobody sees the order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.values import Relation

_SEES_ORDER = (exp.Window, exp.ArrayAgg, exp.GroupConcat, exp.First, exp.Last, exp.AnyValue, exp.ArgMax, exp.ArgMin,
               exp.Mode, exp.Anonymous, exp.Array)  # fmt: skip


def idle_order(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Leave ORDER BY out of a query within another one, where no LIMIT cuts what is ordered and nothing in the whole
    query looks at the order of rows. An OFFSET of 0 goes, too.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(idle_order, "SELECT q.a FROM (SELECT a FROM t ORDER BY b) AS q ORDER BY q.a")
    'SELECT s1.a AS a FROM (SELECT s0.a AS a FROM t AS s0) AS s1 ORDER BY s1.a'
    """
    for node in list(tree.find_all(exp.Select, exp.SetOperation)):
        offset = node.args.get("offset")
        if offset is not None and isinstance(offset.expression, exp.Literal) and offset.expression.name == "0":
            node.set("offset", None)
    if tree.find(*_SEES_ORDER) is not None:
        return tree
    queries = list(tree.find_all(exp.Select, exp.SetOperation))
    if any(_cuts(node) and node.args.get("order") is None for node in queries):
        return tree
    for node in queries:
        distinct = node.args.get("distinct")
        on = isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None
        if node is not tree and not _cuts(node) and not on:
            node.set("order", None)
    return tree


def _cuts(node: exp.Expr) -> bool:
    return bool(node.args.get("limit") or node.args.get("offset"))
