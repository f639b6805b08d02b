"""Derived tables that only join, filter and compute, taken into the query that reads them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import (
    columns_of,
    conjunction,
    conjuncts,
    is_inner,
    is_left,
    is_null_with,
    is_plain,
    is_shared,
    is_spj,
    is_stable,
    joins,
    projection,
    replace_columns,
    selects,
    set_condition,
    sources,
)
from dbt_ai.sql.values import Relation


def merged(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Read the tables of a derived table where it is read.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(merged, "SELECT q.x + 1 AS y FROM (SELECT a + 2 AS x FROM t WHERE b = 1) AS q WHERE q.x > 0")
    'SELECT (s0.a + 2) + 1 AS y FROM t AS s0 WHERE ((s0.a + 2) > 0) AND (s0.b = 1)'
    """
    for select in selects(tree):
        if is_plain(select) and all(is_inner(join) or is_left(join) for join in joins(select)):
            for source in sources(select):
                if isinstance(source, exp.Subquery) and not is_shared(source):
                    _merge(select, source)
    return tree


def _merge(select: exp.Select, source: exp.Subquery) -> None:
    inner, name = source.this, source.alias_or_name
    if not isinstance(inner, exp.Select) or not is_spj(inner):
        return
    if not all(is_inner(join) or is_left(join) for join in joins(inner)):
        return
    names = [part.alias_or_name for part in inner.expressions]
    values = {name: projection(inner, name) for name in names}
    used = {column.name for column in columns_of(select, name)}
    if any(values.get(column) is None or not is_stable(values[column] or inner) for column in used):
        return
    if any(
        _sorts_or_groups(select, name, column) and not (values[column] or inner).find(exp.Column) for column in used
    ):
        return  # a literal there would be the number of a column
    join = next((join for join in joins(select) if join.this is source), None)
    terms = conjuncts(inner.args.get("where"))
    if join is not None and is_left(join):
        below = sources(inner)[0].alias_or_name
        if len(sources(inner)) != 1 or not all(is_null_with(values[column] or inner, below) for column in used):
            return
        on = conjunction([*conjuncts(join.args.get("on")), *terms])
        join.set("this", sources(inner)[0].copy())
        join.set("on", on)
    else:
        outside = conjuncts(select.args.get("where"))
        first = sources(inner)[0].copy()
        others = [one.copy() for one in joins(inner)]
        if join is None:
            select.args["from_"].set("this", first)
            select.set("joins", [*others, *joins(select)])
        else:
            terms = [*conjuncts(join.args.get("on")), *terms]
            place = next(i for i, one in enumerate(joins(select)) if one is join)
            first_join = exp.Join(this=first, kind="CROSS")
            select.set("joins", [*joins(select)[:place], first_join, *others, *joins(select)[place + 1 :]])
        set_condition(select, "where", [*outside, *terms])
    replace_columns(select, name, lambda column: values[column] or inner)


def _sorts_or_groups(select: exp.Select, name: str, column: str) -> bool:
    """Whether a column stands alone in GROUP BY or ORDER BY."""
    for part in ("group", "order"):
        for term in select.args[part].expressions if select.args.get(part) is not None else ():
            key = term.this if isinstance(term, exp.Ordered) else term
            if isinstance(key, exp.Column) and key.table == name and key.name == column:
                return True
    return False
