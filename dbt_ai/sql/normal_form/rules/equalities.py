"""Columns that WHERE makes equal, called by one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import conjuncts, is_inner, is_left, is_plain, joins, selects, set_condition
from dbt_ai.sql.values import Relation

_EXACT = frozenset({"TINYINT", "SMALLINT", "INT", "BIGINT", "TEXT", "DATE", "BOOLEAN", "TIMESTAMP"})
"""Types whose equal values are the same: 0.0 and -0.0 are equal, and not the same."""


def equalities(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Where WHERE has `x = y` or `x = 1`, write all that is equal by one name, the same for all ways to say it.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(equalities, "SELECT u.k FROM t CROSS JOIN u WHERE t.k = u.k AND t.a = 1 AND t.a < 3")
    'SELECT s0.k AS k FROM t AS s0 CROSS JOIN u AS s1 WHERE ((1 < 3) AND (s0.a = 1)) AND (s0.k = s1.k)'
    """
    known = Known(tree, relations)
    for select in selects(tree):
        if is_plain(select) and all(is_inner(join) or is_left(join) for join in joins(select)):
            _unite(select, known)
    return tree


def _unite(select: exp.Select, known: Known) -> None:
    optional = {join.this.alias_or_name for join in joins(select) if is_left(join)}
    terms = conjuncts(select.args.get("where"))
    classes: list[list[exp.Expr]] = []
    equal = []
    for term in terms:
        if isinstance(term, exp.EQ) and _same_kind(term, known, optional):
            equal.append(term)
            joined = [one for one in classes if term.this in one or term.expression in one]
            classes = [one for one in classes if not any(one is other for other in joined)]
            classes.append(list(dict.fromkeys([part for one in joined for part in one] + [term.this, term.expression])))
    if not equal:
        return
    others = [term for term in terms if not any(term is one for one in equal)]
    written = []
    best: dict[exp.Expr, exp.Expr] = {}
    for members in classes:
        literals = sorted({part for part in members if isinstance(part, exp.Literal)}, key=lambda part: part.name)
        columns = sorted((part for part in members if isinstance(part, exp.Column)), key=lambda c: _rank(c, known))
        first = literals[0] if literals else columns[0]
        written += [exp.EQ(this=part.copy(), expression=first.copy()) if literals else
                    exp.EQ(this=first.copy(), expression=part.copy())
                    for part in [*literals[1:], *columns] if part != first]  # fmt: skip
        best |= {column: first for column in columns if column != first}
    new = [_replaced(term.copy(), best) for term in others]
    set_condition(select, "where", [*new, *sorted(written, key=lambda term: term.sql())])
    named = {column: value for column, value in best.items() if isinstance(value, exp.Column)}
    for part in select.expressions:
        value = part.unalias()
        renamed = _replaced(value.copy(), named)
        if renamed != value:
            part.replace(exp.alias_(renamed, part.alias_or_name))
    for name in ("group", "having", "order"):
        if select.args.get(name) is not None:
            _replaced(select.args[name], named)
    for join in joins(select):
        if join.args.get("on") is not None:
            join.set("on", _replaced(join.args["on"].copy(), best))


def _same_kind(term: exp.EQ, known: Known, optional: set[str]) -> bool:
    for side in (term.this, term.expression):
        if not isinstance(side, (exp.Column, exp.Literal)) or (isinstance(side, exp.Column) and side.table in optional):
            return False
    kinds = {known.type_of(term.this), known.type_of(term.expression)}
    return len(kinds) == 1 and kinds <= _EXACT and term.this != term.expression


def _rank(column: exp.Expr, known: Known) -> tuple[str, str, str]:
    relation = known.relation(known.source(column.text("table")))
    return (relation.key if relation is not None else "", column.name, column.text("table"))


def _replaced(node: exp.Expr, best: Mapping[exp.Expr, exp.Expr]) -> exp.Expr:
    """`node` with the better names; not in aggregates, which would be ones of another query with other columns."""
    for column in list(node.find_all(exp.Column)):
        value = best.get(column)
        if value is not None and not (isinstance(value, exp.Column) and column.find_ancestor(exp.AggFunc)):
            if column is node:
                return value.copy()
            column.replace(value.copy())
    return node
