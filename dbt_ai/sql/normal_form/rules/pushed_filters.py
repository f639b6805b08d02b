"""Conditions on a derived table taken into it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import (
    conjuncts,
    is_grouped,
    is_inner,
    is_left,
    is_plain,
    is_shared,
    is_stable,
    joins,
    names_in,
    replace_columns,
    selects,
    set_condition,
    sources,
)
from dbt_ai.sql.values import Relation


def pushed_filters(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Take a condition on one derived table into its HAVING where it is grouped, and into its WHERE where it is not;
    into each branch of a set operation. Not where it has a LIMIT or a window, which would see other rows then.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(pushed_filters, "SELECT q.b FROM (SELECT b, COUNT(*) AS n FROM t GROUP BY b) AS q WHERE q.n > 1")
    'SELECT s1.b AS b FROM (SELECT s0.b AS b, COUNT(*) AS n FROM t AS s0 GROUP BY s0.b HAVING COUNT(*) > 1) AS s1'
    """
    for select in selects(tree):
        if not is_plain(select) or not all(is_inner(join) or is_left(join) for join in joins(select)):
            continue
        optional = {join.this.alias_or_name for join in joins(select) if is_left(join)}
        for source in sources(select):
            name = source.alias_or_name
            if not isinstance(source, exp.Subquery) or is_shared(source) or name in optional:
                continue
            terms = conjuncts(select.args.get("where"))
            own = [term for term in terms if names_in(term) == {name} and is_stable(term)]
            if own and _takes(source.this, own, name):
                set_condition(select, "where", [term for term in terms if not any(term is one for one in own)])
    return tree


def _takes(query: exp.Expr, terms: Sequence[exp.Expr], name: str) -> bool:
    """Put the conditions into a query, all of them or none."""
    branches = _branches(query)
    if branches is None:
        return False
    outputs = [part.alias_or_name for part in getattr(query, "selects", ())]
    needed = {column.name for term in terms for column in term.find_all(exp.Column)}
    if any(outputs.count(column) != 1 for column in needed):
        return False
    for branch in branches:
        values = {column: branch.expressions[outputs.index(column)].unalias() for column in needed}
        if len(branches) > 1 and not all(isinstance(value, exp.Column) for value in values.values()):
            return False
        if any(value.find(exp.Window, exp.Query) or not _steady(value) for value in values.values()):
            return False
    for branch in branches:
        values = {column: branch.expressions[outputs.index(column)].unalias() for column in needed}
        part = "having" if is_grouped(branch) else "where"
        new = [replace_columns(term.copy(), name, values.__getitem__) for term in terms]
        set_condition(branch, part, [*conjuncts(branch.args.get(part)), *new])
    return True


def _steady(value: exp.Expr) -> bool:
    return value.find(exp.Anonymous, exp.Rand, exp.Uuid) is None


def _branches(query: exp.Expr) -> list[exp.Select] | None:
    """The SELECTs of a query, where a condition on its rows is one on theirs."""
    if isinstance(query, exp.Subquery) and not query.alias:
        return _branches(query.this)
    if any(query.args.get(part) for part in ("limit", "offset", "order", "with_")):
        return None
    if isinstance(query, exp.SetOperation):
        if query.args.get("by_name") or not isinstance(query, (exp.Union, exp.Intersect, exp.Except)):
            return None
        left, right = _branches(query.this), _branches(query.expression)
        return None if left is None or right is None else [*left, *right]
    if not isinstance(query, exp.Select) or not is_plain(query) or query.args.get("from_") is None:
        return None
    return None if any(part.find(exp.Window) for part in query.expressions) else [query]
