"""Inner joins that only ask whether there is a partner."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import (
    conjuncts,
    is_inner,
    is_left,
    is_plain,
    is_shared,
    joins,
    names_in,
    selects,
    set_condition,
    sources,
    uses_outside,
)
from dbt_ai.sql.values import Relation, same_name


def semi_joins(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write an inner join that finds one row at most, of which only WHERE uses columns, as EXISTS; and an EXISTS that a
    foreign key answers as IS NOT NULL.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(semi_joins, "SELECT t.a FROM t CROSS JOIN u WHERE t.b = u.k AND u.n > 1")
    'SELECT s0.a AS a FROM t AS s0 WHERE EXISTS(SELECT 1 AS x FROM u AS s1 WHERE (s0.b = s1.k) AND (s1.n > 1))'
    >>> applied(semi_joins, "SELECT t.a FROM t CROSS JOIN u WHERE t.k = u.k")
    'SELECT s0.a AS a FROM t AS s0 WHERE NOT (s0.k IS NULL)'
    """
    known = Known(tree, relations)
    for select in selects(tree):
        if is_plain(select) and not isinstance(select.parent, exp.Exists) and select.args.get("distinct") is None:
            _ask(select, known)
    for node in list(tree.find_all(exp.Exists)):
        column = _referring(node, known)
        if column is not None and node.parent is not None:
            node.replace(exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null())))
    return tree


def _ask(select: exp.Select, known: Known) -> None:
    if not all((is_inner(join) and join.args.get("on") is None) or is_left(join) for join in joins(select)):
        return
    for source in sources(select):
        inner = [
            one for one in sources(select) if not any(join.this is one and is_left(join) for join in joins(select))
        ]
        name, where = source.alias_or_name, select.args.get("where")
        if len(inner) < 2 or where is None or is_shared(source) or not any(source is one for one in inner):
            continue
        if uses_outside(select, name, but=[where]):
            continue
        terms = conjuncts(where)
        own = [term for term in terms if name in names_in(term)]
        keys = {
            column.name
            for term in own
            if isinstance(term, exp.EQ) and not term.find(exp.Any, exp.All, exp.Query)
            for column, other in ((term.this, term.expression), (term.expression, term.this))
            if isinstance(column, exp.Column) and column.table == name and name not in names_in(other)
        }
        if not keys or not known.unique(source, keys):
            continue
        if any(join.this.alias_or_name in names_in(term) for term in own for join in joins(select) if is_left(join)):
            continue
        rows = exp.Select(expressions=[exp.alias_(exp.Literal.number(1), "x")]).from_(source.copy())
        set_condition(rows, "where", own)
        rest = [one for one in sources(select) if one is not source]
        lefts = {join.this.alias_or_name: join for join in joins(select) if is_left(join)}
        select.args["from_"].set("this", rest[0].copy())
        select.set("joins", [
            lefts[one.alias_or_name].copy() if one.alias_or_name in lefts else exp.Join(this=one.copy(), kind="CROSS")
            for one in rest[1:]
        ])  # fmt: skip
        others = [term for term in terms if not any(term is one for one in own)]
        set_condition(select, "where", [*others, exp.Exists(this=rows)])


def _referring(node: exp.Exists, known: Known) -> exp.Column | None:
    """The column whose foreign key makes an EXISTS true wherever it is not NULL."""
    rows = node.this
    if (
        not is_plain(rows)
        or len(sources(rows)) != 1
        or any(rows.args.get(part) for part in ("group", "having", "limit"))
    ):
        return None
    relation, name = known.relation(sources(rows)[0]), sources(rows)[0].alias_or_name
    terms = conjuncts(rows.args.get("where"))
    if relation is None or len(terms) != 1 or not isinstance(terms[0], exp.EQ):
        return None
    for theirs, ours in ((terms[0].this, terms[0].expression), (terms[0].expression, terms[0].this)):
        if not isinstance(theirs, exp.Column) or not isinstance(ours, exp.Column) or theirs.table != name:
            continue
        child = known.relation(known.source(ours.table))
        for foreign in child.foreign_keys if child is not None else ():
            refers = len(foreign.columns) == 1 and foreign.references[0].relation == relation.key
            if refers and same_name(foreign.columns[0], ours.name):
                return ours if same_name(foreign.references[0].column, theirs.name) else None
    return None
