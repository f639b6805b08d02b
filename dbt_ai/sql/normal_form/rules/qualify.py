"""QUALIFY as a filter on a derived table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import fresh_name, order_by_values, own_nodes, selects
from dbt_ai.sql.values import Relation

_MOVED = ("distinct", "order", "limit", "offset")


def qualify(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `SELECT a FROM t QUALIFY w = 1` as `SELECT q.a FROM (SELECT a, w AS x FROM t) AS q WHERE q.x = 1`.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(qualify, "SELECT a FROM t QUALIFY RANK() OVER (ORDER BY b) = 1")
    'SELECT s1.a AS a FROM (SELECT s0.a AS a, RANK() OVER (ORDER BY s0.b) AS _q0 FROM t AS s0) AS s1 WHERE s1._q0 = 1'
    """
    for select in selects(tree):
        clause = select.args.get("qualify")
        if clause is None or any(select.args.get(part) for part in (*_MOVED, "windows", "laterals")):
            continue
        names = [part.alias_or_name for part in select.expressions]
        if len(set(names)) != len(names) or any(part.find(exp.Star) is part for part in select.expressions):
            continue
        order_by_values(select)
        name = fresh_name(tree)
        condition = clause.this.copy()
        holder = exp.Where(this=condition)
        added: list[exp.Expr] = []
        whole = [
            node for node in own_nodes(holder) if isinstance(node, (exp.Window, exp.Column, exp.AggFunc, exp.Query))
        ]
        if any(isinstance(node, exp.Query) for node in whole):
            continue
        tops = [node for node in whole if not _inside(node, holder, (exp.Window, exp.AggFunc))]
        for number, node in enumerate(tops):
            if isinstance(node, exp.Column) and not node.table:
                node.set("table", exp.to_identifier(name))
                continue
            added.append(exp.alias_(node.copy(), f"_q{number}"))
            node.replace(exp.column(f"_q{number}", table=name))
        inner = select.copy()
        inner.set("qualify", None)
        inner.set("expressions", [*(part.copy() for part in select.expressions), *added])
        outer = exp.Select(expressions=[exp.alias_(exp.column(one, table=name), one) for one in names]).from_(
            exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(name)))
        )
        outer.set("where", holder)
        if select is tree:
            tree = outer
        else:
            select.replace(outer)
    return tree


def _inside(node: exp.Expr, top: exp.Expr, kinds: tuple[type[exp.Expr], ...]) -> bool:
    """Whether a node stands within one of `kinds` below `top`."""
    parent = node.parent
    while parent is not None and parent is not top:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False
