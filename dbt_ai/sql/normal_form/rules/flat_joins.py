"""Joins in one form: what is joined inner first, its conditions in WHERE, and LEFT JOINs after that."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import conjuncts, is_inner, is_left, is_plain, joins, selects, set_condition
from dbt_ai.sql.values import Relation


def flat_joins(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `a JOIN b ON p` as `a CROSS JOIN b WHERE p`, `a RIGHT JOIN b` as `b LEFT JOIN a`, SEMI and ANTI joins as
    EXISTS, and inner joins before LEFT JOINs: a row that a later inner join takes is made the same before and after.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(flat_joins, "SELECT t.a FROM t LEFT JOIN u ON t.k = u.k JOIN u AS v ON v.b = u.b")
    'SELECT s0.a AS a FROM t AS s0 CROSS JOIN u AS s2 LEFT JOIN u AS s1 ON s0.k = s1.k WHERE s2.b = s1.b'
    >>> applied(flat_joins, "SELECT t.a FROM t SEMI JOIN u ON t.k = u.k")
    'SELECT s0.a AS a FROM t AS s0 WHERE EXISTS(SELECT 1 AS x FROM u AS s1 WHERE s0.k = s1.k)'
    """
    for select in selects(tree):
        if select.args.get("from_") is not None and is_plain(select):
            _turn(select)
            _flatten(select)
    return tree


def _turn(select: exp.Select) -> None:
    """A RIGHT JOIN of two sources as a LEFT JOIN."""
    found = joins(select)
    if not found or found[0].side.upper() != "RIGHT" or found[0].kind.upper() not in ("", "OUTER"):
        return
    first, from_ = found[0], select.args["from_"]
    left, right = from_.this.copy(), first.this.copy()
    from_.set("this", right)
    first.set("this", left)
    first.set("side", "LEFT")


def _flatten(select: exp.Select) -> None:
    found = joins(select)
    if not all(is_inner(join) or is_left(join) or _is_semi(join) for join in found):
        return
    terms = conjuncts(select.args.get("where"))
    inner: list[exp.Join] = []
    left: list[exp.Join] = []
    for join in found:
        on = join.args.get("on")
        if _is_semi(join):
            rows = exp.Select(expressions=[exp.alias_(exp.Literal.number(1), "x")]).from_(join.this.copy())
            set_condition(rows, "where", conjuncts(on))
            exists = exp.Exists(this=rows)
            terms.append(exists if join.kind.upper() == "SEMI" else exp.Not(this=exists))
        elif is_inner(join):
            terms += conjuncts(on)
            inner.append(exp.Join(this=join.this.copy(), kind="CROSS"))
        else:
            left.append(exp.Join(this=join.this.copy(), side="LEFT", on=on.copy() if on is not None else None))
    select.set("joins", [*inner, *left])
    set_condition(select, "where", terms)


def _is_semi(join: exp.Join) -> bool:
    return join.kind.upper() in ("SEMI", "ANTI") and not join.side and not join.method
