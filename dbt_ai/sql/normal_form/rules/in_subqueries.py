"""IN with a subquery, and comparisons with ANY, as EXISTS."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import (
    conjuncts,
    fresh_name,
    is_correlated,
    is_spj,
    is_stable,
    rejects_null,
    selects,
    set_condition,
)
from dbt_ai.sql.values import Relation


def in_subqueries(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """In WHERE, write `a IN (SELECT b ...)` as EXISTS, and `NOT a IN (SELECT b ...)` as NOT EXISTS where neither can be
    NULL.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(in_subqueries, "SELECT a FROM t WHERE k IN (SELECT u.k FROM u WHERE n > 1)")
    'SELECT s0.a AS a FROM t AS s0 WHERE EXISTS(SELECT 1 AS x FROM u AS s1 WHERE (s1.n > 1) AND (s1.k = s0.k))'
    >>> applied(in_subqueries, "SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)")
    'SELECT s0.a AS a FROM t AS s0 WHERE NOT (s0.a IN (SELECT s1.b AS b FROM u AS s1))'
    """
    for select in selects(tree):
        where = select.args.get("where")
        if where is not None:
            _look(where, "this", tree, select, relations)
    return tree


def _look(holder: exp.Expr, part: str, tree: exp.Expr, select: exp.Select, relations: Sequence[Relation]) -> None:
    """Look at the condition that stands in one place, and put another one there."""
    node = holder.args[part]
    if isinstance(node, (exp.And, exp.Or)):
        for name in ("this", "expression"):
            _look(node, name, tree, select, relations)
        return
    negated = isinstance(node, exp.Not)
    found = _value_and_rows(node.this if negated else node)
    if found is None:
        return
    value, query = found
    if negated and not _decided(value, query, select, Known(tree, relations)):
        return
    exists = _exists(value, query, tree)
    if exists is not None:
        holder.set(part, exp.Not(this=exists) if negated else exists)


def _value_and_rows(node: exp.Expr) -> tuple[exp.Expr, exp.Query] | None:
    if isinstance(node, exp.In) and node.args.get("query") is not None:
        value, query = node.this, node.args["query"]
    elif isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        value, query = node.this, node.expression.this
    else:
        return None
    while isinstance(query, (exp.Subquery, exp.Paren)):
        query = query.this
    if not isinstance(query, (exp.Select, exp.SetOperation)) or not is_stable(value) or isinstance(value, exp.Tuple):
        return None
    return (value, query) if len(query.selects) == 1 else None


def _exists(value: exp.Expr, query: exp.Query, tree: exp.Expr) -> exp.Expr | None:
    one = exp.alias_(exp.Literal.number(1), "x")
    bare = query.copy()
    if isinstance(bare, exp.Select) and not bare.args.get("limit") and not bare.args.get("offset"):
        bare.set("order", None)
        distinct = bare.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is None:
            bare.set("distinct", None)
    if isinstance(bare, exp.Select) and is_spj(bare) and is_stable(bare.expressions[0].unalias()):
        inner = bare.expressions[0].unalias().copy()
        terms = [*conjuncts(bare.args.get("where")), exp.EQ(this=inner, expression=value.copy())]
        set_condition(bare, "where", terms)
        bare.set("expressions", [one])
        return exp.Exists(this=bare)
    if is_correlated(query):
        return None
    name = fresh_name(tree)
    output = query.named_selects[0]
    rows = exp.Select(expressions=[one]).from_(
        exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier(name)))
    )
    set_condition(rows, "where", [exp.EQ(this=exp.column(output, table=name), expression=value.copy())])
    return exp.Exists(this=rows)


def _decided(value: exp.Expr, query: exp.Expr, select: exp.Select, known: Known) -> bool:
    """Whether neither the value nor the rows can be NULL."""
    if not known.never_null(value) and not _asked(value, select):
        return False
    if not isinstance(query, exp.Select) or not is_spj(query):
        return False
    inner = query.expressions[0].unalias()
    return known.never_null(inner) or _asked(inner, query)


def _asked(value: exp.Expr, select: exp.Select) -> bool:
    """Whether WHERE takes only rows in which the column `value` is not NULL."""
    if not isinstance(value, exp.Column):
        return False
    for term in conjuncts(select.args.get("where")):
        alone = term.copy()
        if alone.find(exp.Query) is not None:
            continue
        marked = [column for column in alone.find_all(exp.Column) if column == value]
        for column in marked:
            if column is not alone:
                column.set("table", exp.to_identifier("only"))
        if rejects_null(alone, "only"):
            return True
    return False
