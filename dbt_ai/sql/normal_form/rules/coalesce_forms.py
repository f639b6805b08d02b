"""COALESCE in one form."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import is_stable
from dbt_ai.sql.values import Relation


def coalesce_forms(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `CASE WHEN a IS NULL THEN b ELSE a END` as `COALESCE(a, b)`, a COALESCE in a COALESCE as one, and leave out
    what follows a value that is never NULL; the latter two where all values are of one type.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(coalesce_forms, "SELECT COALESCE(COALESCE(b, k), 0) AS x, COALESCE(a, 1) AS y FROM t")
    'SELECT COALESCE(s0.b, s0.k, 0) AS x, s0.a AS y FROM t AS s0'
    """
    known = Known(tree, relations)
    for case in list(tree.find_all(exp.Case)):
        parts = _chosen(case)
        if parts is not None and case.parent is not None:
            case.replace(exp.Coalesce(this=parts[0].copy(), expressions=[parts[1].copy()]))
    for node in reversed(list(tree.find_all(exp.Coalesce))):
        if known.type_of(node) is None:
            continue
        values: list[exp.Expr] = []
        for value in (node.this, *node.expressions):
            inner = [value.this, *value.expressions] if isinstance(value, exp.Coalesce) else [value]
            values += [part for part in inner if part not in values]
        ends = [place for place, value in enumerate(values) if known.never_null(value)]
        values = values[: ends[0] + 1] if ends else values
        values = [value for value in values if not isinstance(value, exp.Null)] or values[:1]
        if len(values) == 1 and node.parent is not None:
            node.replace(values[0].copy())
        else:
            node.set("this", values[0].copy())
            node.set("expressions", [value.copy() for value in values[1:]])
    return tree


def _chosen(case: exp.Case) -> tuple[exp.Expr, exp.Expr] | None:
    """The value and its default, where a CASE is nothing but a COALESCE."""
    branches, default = case.args["ifs"], case.args.get("default")
    if case.this is not None or len(branches) != 1 or default is None:
        return None
    condition, then = branches[0].this, branches[0].args["true"]
    negated = isinstance(condition, exp.Not)
    condition = condition.this if negated else condition
    if not isinstance(condition, exp.Is) or not isinstance(condition.expression, exp.Null):
        return None
    value, other = (then, default) if negated else (default, then)
    return (value, other) if value == condition.this and is_stable(value) else None
