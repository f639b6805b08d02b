"""Comparisons and sums of literals worked out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.values import Relation

_INT = range(-(2**31), 2**31)


def constants(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `1 = 1` as `TRUE` and `1 + 2` as `3`: whole numbers of DuckDB's INTEGER only, so that no type changes.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(constants, "SELECT a + (1 + 2) AS x FROM t WHERE 1 = 2")
    'SELECT s0.a + 3 AS x FROM t AS s0 WHERE FALSE'
    """
    for node in reversed(list(tree.find_all(exp.Binary, exp.Is))):
        found = _worked_out(node)
        if found is not None and node.parent is not None:
            node.replace(found)
    return tree


def _worked_out(node: exp.Expr) -> exp.Expr | None:
    left, right = node.this, node.expression
    if isinstance(node, exp.Is):
        constant = isinstance(left, (exp.Literal, exp.Boolean)) and isinstance(right, exp.Null)
        return exp.Boolean(this=False) if constant else None
    if not isinstance(left, exp.Literal) or not isinstance(right, exp.Literal) or left.is_string != right.is_string:
        return None
    if left.is_string:
        if isinstance(node, exp.EQ):
            return exp.Boolean(this=left.name == right.name)
        return exp.Boolean(this=left.name != right.name) if isinstance(node, exp.NEQ) else None
    if not left.name.isdigit() or not right.name.isdigit():
        return None
    a, b = int(left.name), int(right.name)
    kind: type[exp.Expr] = type(node)
    truths: dict[type[exp.Expr], bool] = {
        exp.EQ: a == b, exp.NEQ: a != b, exp.LT: a < b, exp.LTE: a <= b, exp.GT: a > b, exp.GTE: a >= b,
    }  # fmt: skip
    truth = truths.get(kind)
    if truth is not None:
        return exp.Boolean(this=truth)
    values: dict[type[exp.Expr], int] = {exp.Add: a + b, exp.Mul: a * b, exp.Sub: a - b}
    value = values.get(kind)
    if value is None or not (a in _INT and b in _INT and value in _INT) or value < 0:
        return None
    return exp.Literal.number(value)
