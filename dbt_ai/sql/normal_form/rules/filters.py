"""Conditions for which NULL is as good as FALSE."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.values import Relation


def filters(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """In WHERE, HAVING, FILTER, ON and WHEN, write `p IS TRUE`, `p = TRUE`, `COALESCE(p, FALSE)` and
    `CASE WHEN p THEN TRUE ELSE FALSE END` as `p`; anywhere write `f = FALSE` as `NOT f`.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(filters, "SELECT f = FALSE AS x FROM t WHERE COALESCE(a > 1, FALSE) AND f IS TRUE")
    'SELECT NOT s0.f AS x FROM t AS s0 WHERE (s0.a > 1) AND s0.f'
    """
    known = Known(tree, relations)
    for node in list(tree.find_all(exp.EQ, exp.NEQ)):
        for value, constant in ((node.this, node.expression), (node.expression, node.this)):
            if isinstance(constant, exp.Boolean) and not isinstance(value, exp.Boolean) and known.is_boolean(value):
                plain = bool(constant.this) is isinstance(node, exp.EQ)
                node.replace(value.copy() if plain else exp.Not(this=value.copy()))
                break
    for holder, part in _conditions(tree):
        _simplify(holder, part, known)
    return tree


def _conditions(tree: exp.Expr) -> list[tuple[exp.Expr, str]]:
    """Where a condition stands that takes rows only where it is true: the node that holds it, and under which name."""
    found: list[tuple[exp.Expr, str]] = [(node, "this") for node in tree.find_all(exp.Where, exp.Having)]
    found += [(join, "on") for join in tree.find_all(exp.Join) if join.args.get("on") is not None]
    found += [(branch, "this") for branch in tree.find_all(exp.If) if isinstance(branch.parent, exp.Case)
              and branch.parent.this is None]  # fmt: skip
    return found


def _simplify(holder: exp.Expr, part: str, known: Known) -> None:
    condition = holder.args[part]
    if isinstance(condition, (exp.And, exp.Or)):
        for name in ("this", "expression"):
            _simplify(condition, name, known)
        return
    inner = _as_true(condition, known)
    if inner is not None:
        holder.set(part, inner.copy())


def _as_true(condition: exp.Expr, known: Known) -> exp.Expr | None:
    """What is true exactly where the condition is, and is simpler; None where there is nothing to leave out."""
    inner: exp.Expr
    if isinstance(condition, exp.Null):
        return exp.Boolean(this=False)
    if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Boolean):
        return condition.this if condition.expression.this and known.is_boolean(condition.this) else None
    if isinstance(condition, exp.Coalesce) and len(condition.expressions) == 1 and known.is_boolean(condition.this):
        last = condition.expressions[0]
        return condition.this if isinstance(last, exp.Boolean) and not last.this else None
    if isinstance(condition, exp.Case) and condition.this is None and len(condition.args["ifs"]) == 1:
        branch, default = condition.args["ifs"][0], condition.args.get("default")
        value = branch.args["true"]
        otherwise = (
            default is None or isinstance(default, exp.Null) or (isinstance(default, exp.Boolean) and not default.this)
        )
        if isinstance(value, exp.Boolean) and value.this and otherwise and known.is_boolean(branch.this):
            inner = branch.this
            return inner
    return None
