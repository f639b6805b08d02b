"""LEFT JOINs that keep the rows without a partner, as NOT EXISTS."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import (
    conjuncts,
    is_left,
    is_plain,
    is_shared,
    joins,
    rejects_null,
    selects,
    set_condition,
    uses_outside,
)
from dbt_ai.sql.values import Relation


def anti_joins(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `LEFT JOIN b ON p WHERE b.k IS NULL` as NOT EXISTS, where `b.k` is not NULL in a row that meets `p` and no
    other column of `b` is used.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(anti_joins, "SELECT t.a FROM t LEFT JOIN u ON t.k = u.k WHERE u.k IS NULL")
    'SELECT s0.a AS a FROM t AS s0 WHERE NOT EXISTS(SELECT 1 AS x FROM u AS s1 WHERE s0.k = s1.k)'
    """
    known = Known(tree, relations)
    for select in selects(tree):
        if not is_plain(select) or not all(is_left(join) or not join.side for join in joins(select)):
            continue
        for join in reversed(joins(select)):
            name, on = join.this.alias_or_name, join.args.get("on")
            terms = conjuncts(select.args.get("where"))
            checks = [term for term in terms if _is_null_of(term, name)]
            if not is_left(join) or on is None or is_shared(join.this) or len(checks) != 1:
                continue
            if len(uses_outside(select, name, but=[on])) != 1 or not _filled(checks[0].this, join, known):
                continue
            rows = exp.Select(expressions=[exp.alias_(exp.Literal.number(1), "x")]).from_(join.this.copy())
            set_condition(rows, "where", conjuncts(on))
            select.set("joins", [one for one in joins(select) if one is not join])
            others = [term for term in terms if term is not checks[0]]
            set_condition(select, "where", [*others, exp.Not(this=exp.Exists(this=rows))])
    return tree


def _is_null_of(term: exp.Expr, name: str) -> bool:
    column = term.this if isinstance(term, exp.Is) and isinstance(term.expression, exp.Null) else None
    return isinstance(column, exp.Column) and column.table == name


def _filled(column: exp.Column, join: exp.Join, known: Known) -> bool:
    """Whether the column is not NULL in any row of the right side that the condition takes."""
    relation = known.relation(join.this)
    if relation is not None and column.name.casefold() in {name.casefold() for name in relation.not_null}:
        return True
    only = column.copy()
    only.set("table", exp.to_identifier("only"))
    for term in conjuncts(join.args.get("on")):
        alone = term.copy()
        for other in list(alone.find_all(exp.Column)):
            if other == column:
                other.replace(only.copy()) if other is not alone else None
        if rejects_null(alone, "only"):
            return True
    return False
