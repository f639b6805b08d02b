"""EXISTS in one form."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import (
    conjuncts,
    has_aggregates,
    is_inner,
    is_plain,
    joins,
    selects,
    set_condition,
    sources,
)
from dbt_ai.sql.values import Relation


def exists_forms(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Leave out of EXISTS what does not decide whether there are rows: columns, DISTINCT, ORDER BY, GROUP BY without
    HAVING and LIMIT from 1 on; an EXISTS within an EXISTS, or in a SELECT DISTINCT, is a join.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(exists_forms, "SELECT a FROM t WHERE EXISTS (SELECT DISTINCT b FROM u ORDER BY b LIMIT 5)")
    'SELECT s0.a AS a FROM t AS s0 WHERE EXISTS(SELECT 1 AS x FROM u AS s1)'
    >>> applied(exists_forms, "SELECT DISTINCT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.b = t.b)")
    'SELECT DISTINCT s0.b AS b FROM t AS s0 CROSS JOIN u AS s1 WHERE s1.b = s0.b'
    """
    for node in list(tree.find_all(exp.Exists)):
        while isinstance(node.this, exp.Subquery) and not node.this.alias:
            node.set("this", node.this.this)
        if is_plain(node.this):
            _simplify(node.this)
    for select in selects(tree):
        if _twice_is_once(select):
            _join(select)
    return tree


def _simplify(rows: exp.Select) -> None:
    limit = rows.args.get("limit")
    if limit is not None and not rows.args.get("offset"):
        number = limit.args.get("expression") or limit.args.get("count")
        some = isinstance(number, exp.Literal) and number.name.isdigit() and int(number.name) > 0
        if some and not (limit.args.get("limit_options") or limit.expressions):
            rows.set("limit", None)
    if rows.args.get("limit") or rows.args.get("offset"):
        return
    rows.set("order", None)
    rows.set("distinct", None)
    if rows.args.get("group") is not None and rows.args.get("having") is None and not has_windows(rows):
        rows.set("group", None)
    elif rows.args.get("group") is None and (rows.args.get("having") is not None or has_aggregates(rows)):
        return  # one row, whatever there is
    rows.set("expressions", [exp.alias_(exp.Literal.number(1), "x")])


def has_windows(select: exp.Select) -> bool:
    return any(part.find(exp.Window) is not None for part in select.expressions)


def _twice_is_once(select: exp.Select) -> bool:
    """Whether rows that are there twice do not count."""
    if not is_plain(select) or not select.args.get("from_") or has_aggregates(select):
        return False
    if any(select.args.get(part) for part in ("limit", "offset", "group", "having")):
        return False
    return select.args.get("distinct") is not None or isinstance(select.parent, exp.Exists)


def _join(select: exp.Select) -> None:
    kept, added, terms = [], [], conjuncts(select.args.get("where"))
    for term in terms:
        rows = term.this if isinstance(term, exp.Exists) else None
        if not isinstance(rows, exp.Select) or not _twice_is_once(rows) or rows.args.get("distinct") is not None:
            kept.append(term)
            continue
        if not all(is_inner(join) for join in joins(rows)):
            kept.append(term)
            continue
        added += [exp.Join(this=source.copy(), kind="CROSS") for source in sources(rows)]
        kept += conjuncts(rows.args.get("where"))
        kept += [part for join in joins(rows) for part in conjuncts(join.args.get("on"))]
    if added and all(is_inner(join) or join.side.upper() == "LEFT" for join in joins(select)):
        select.set("joins", [*added, *joins(select)])
        set_condition(select, "where", kept)
