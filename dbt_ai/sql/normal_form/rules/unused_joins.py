"""Joins that add neither columns nor rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import conjuncts, is_left, is_plain, is_shared, joins, names_in, selects, uses_outside
from dbt_ai.sql.values import Relation


def unused_joins(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Leave out a LEFT JOIN whose columns nobody uses, where it finds one row at most, by a key of what it joins, or
    where rows that are there twice do not count: under DISTINCT without aggregates, and in EXISTS.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(unused_joins, "SELECT t.a FROM t LEFT JOIN u ON t.k = u.k")
    'SELECT s0.a AS a FROM t AS s0'
    >>> applied(unused_joins, "SELECT DISTINCT t.b FROM t LEFT JOIN u ON t.b = u.b")
    'SELECT DISTINCT s0.b AS b FROM t AS s0'
    """
    known = Known(tree, relations)
    for select in selects(tree):
        if not is_plain(select) or not all(is_left(join) or not join.side for join in joins(select)):
            continue
        for join in reversed(joins(select)):
            if not is_left(join) or is_shared(join.this):
                continue
            on = join.args.get("on")
            if on is None or uses_outside(select, join.this.alias_or_name, but=[on]):
                continue
            if _finds_one(join, known) or _twice_is_once(select):
                select.set("joins", [one for one in joins(select) if one is not join])
    return tree


def _finds_one(join: exp.Join, known: Known) -> bool:
    name, keys = join.this.alias_or_name, set()
    for term in conjuncts(join.args.get("on")):
        if isinstance(term, exp.EQ):
            for column, other in ((term.this, term.expression), (term.expression, term.this)):
                plain = isinstance(column, exp.Column) and column.table == name
                if plain and name not in names_in(other) and not other.find(exp.Any, exp.All):
                    keys.add(column.name)
    return bool(keys) and known.unique(join.this, keys)


def _twice_is_once(select: exp.Select) -> bool:
    if select.args.get("limit") or select.args.get("offset") or select.args.get("group") or select.args.get("having"):
        return False
    if any(part.find(exp.AggFunc, exp.Window, exp.Anonymous) for part in select.expressions):
        return False
    return select.args.get("distinct") is not None or isinstance(select.parent, exp.Exists)
