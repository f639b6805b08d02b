"""DISTINCT and GROUP BY without aggregates in one form, and neither where no two rows are equal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import (
    conjuncts,
    has_aggregates,
    is_inner,
    is_left,
    is_plain,
    joins,
    names_in,
    selects,
    sources,
)
from dbt_ai.sql.values import Relation


def distinct_forms(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `SELECT b FROM t GROUP BY b` as `SELECT DISTINCT b FROM t`, and leave DISTINCT out where a key makes all
    rows different.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(distinct_forms, "SELECT b FROM t GROUP BY b")
    'SELECT DISTINCT s0.b AS b FROM t AS s0'
    >>> applied(distinct_forms, "SELECT DISTINCT t.a, t.b FROM t LEFT JOIN u ON u.k = t.k")
    'SELECT s0.a AS a, s0.b AS b FROM t AS s0 LEFT JOIN u AS s1 ON s1.k = s0.k'
    """
    known = Known(tree, relations)
    for select in selects(tree):
        if not is_plain(select):
            continue
        group = select.args.get("group")
        values = [part.unalias() for part in select.expressions]
        if group is not None and group.expressions and select.args.get("having") is None and not has_aggregates(select):
            keys = list(group.expressions)
            told = all(key in values for key in keys) and all(value in keys or _constant(value) for value in values)
            if told and not any(select.args.get(part) for part in ("order", "limit", "offset")):
                select.set("group", None)
                select.set("distinct", exp.Distinct())
        if select.args.get("distinct") is not None and _all_differ(select, values, known):
            select.set("distinct", None)
    return tree


def _constant(value: exp.Expr) -> bool:
    return isinstance(value, (exp.Literal, exp.Boolean, exp.Null))


def _all_differ(select: exp.Select, values: Sequence[exp.Expr], known: Known) -> bool:
    group = select.args.get("group")
    if group is not None:
        return bool(group.expressions) and all(key in values for key in group.expressions)
    if not sources(select) or has_aggregates(select):
        return False
    if not all(is_inner(join) or is_left(join) for join in joins(select)):
        return False
    told = {source.alias_or_name for source in sources(select) if _is_told(source, values, known)}
    bound = conjuncts(select.args.get("where"))
    for _ in sources(select):
        for source in sources(select):
            join = next((one for one in joins(select) if one.this is source), None)
            terms = [*bound, *conjuncts(join.args.get("on"))] if join is not None and is_inner(join) else bound
            if join is not None and is_left(join):
                terms = conjuncts(join.args.get("on"))
            if source.alias_or_name not in told and _is_bound(source, terms, told, known):
                told.add(source.alias_or_name)
    return len(told) == len(sources(select))


def _is_told(source: exp.Expr, values: Sequence[exp.Expr], known: Known) -> bool:
    """Whether the output says which row of the source it is of."""
    name = source.alias_or_name
    columns = {value.name for value in values if isinstance(value, exp.Column) and value.table == name}
    return bool(columns) and known.unique(source, columns, strict=True)


def _is_bound(source: exp.Expr, terms: Sequence[exp.Expr], told: set[str], known: Known) -> bool:
    """Whether the rows of other sources say which row of this one there can be."""
    name, columns = source.alias_or_name, set()
    for term in terms:
        if isinstance(term, exp.EQ) and not term.find(exp.Query, exp.Any, exp.All):
            for column, other in ((term.this, term.expression), (term.expression, term.this)):
                if isinstance(column, exp.Column) and column.table == name and names_in(other) <= told:
                    columns.add(column.name)
    return bool(columns) and known.unique(source, columns)
