"""CASE in one form."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import is_stable
from dbt_ai.sql.values import Relation


def case_forms(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write IF, NULLIF and `CASE a WHEN b` as `CASE WHEN a = b`, leave ELSE NULL out, and a CASE in ELSE as further
    branches. Branches that are never taken go where all results are of one type, so that no type changes.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(case_forms, "SELECT CASE a WHEN 1 THEN b ELSE NULL END AS x, NULLIF(a, 2) AS y FROM t")
    'SELECT CASE WHEN s0.a = 1 THEN s0.b END AS x, CASE WHEN s0.a = 2 THEN NULL ELSE s0.a END AS y FROM t AS s0'
    >>> applied(case_forms, "SELECT CASE WHEN FALSE THEN 2.1 ELSE 1 END AS x FROM t")
    'SELECT CASE WHEN FALSE THEN 2.1 ELSE 1 END AS x FROM t AS s0'
    """
    known = Known(tree, relations)
    for choice in list(tree.find_all(exp.If)):
        if not isinstance(choice.parent, exp.Case) or choice.arg_key != "ifs":
            branch = exp.If(this=choice.this, true=choice.args["true"])
            choice.replace(exp.Case(ifs=[branch], default=choice.args.get("false")))
    for call in list(tree.find_all(exp.Nullif)):
        value, other = call.this, call.expression
        if is_stable(value) and known.type_of(value) is not None and known.type_of(value) == known.type_of(other):
            same = exp.If(this=exp.EQ(this=value.copy(), expression=other.copy()), true=exp.Null())
            call.replace(exp.Case(ifs=[same], default=value.copy()))
    for node in list(tree.find_all(exp.Case)):
        value, default = node.this, node.args.get("default")
        if value is not None and is_stable(value):
            for branch in node.args["ifs"]:
                branch.set("this", exp.EQ(this=value.copy(), expression=branch.this.copy()))
            node.set("this", None)
        if isinstance(default, exp.Null):
            node.set("default", None)
        _flatten(node, known)
    for node in reversed(list(tree.find_all(exp.Case))):
        found = _without_idle_branches(node, known)
        if found is not None and node.parent is not None:
            node.replace(found)
    return tree


def _flatten(case: exp.Case, known: Known) -> None:
    inner = case.args.get("default")
    if case.this is not None or not isinstance(inner, exp.Case) or inner.this is not None:
        return
    if known.type_of(case) is None:
        return
    case.set("ifs", [*(branch.copy() for branch in case.args["ifs"]), *(branch.copy() for branch in inner.args["ifs"])])
    last = inner.args.get("default")
    case.set("default", last.copy() if last is not None else None)


def _without_idle_branches(case: exp.Case, known: Known) -> exp.Expr | None:
    if case.this is not None or known.type_of(case) is None:
        return None
    kept: list[exp.If] = []
    for branch in case.args["ifs"]:
        condition = branch.this
        if isinstance(condition, exp.Boolean) and not condition.this:
            continue
        if isinstance(condition, exp.Boolean):
            if not kept:
                return _typed(branch.args["true"], case, known)
            case.set("ifs", kept)
            case.set("default", branch.args["true"].copy())
            return None
        kept.append(branch)
    if not kept:
        default = case.args.get("default")
        return _typed(default, case, known) if default is not None else None
    default = case.args.get("default")
    values = [branch.args["true"] for branch in kept]
    if default is not None and all(value == default for value in values) and is_stable(case):
        return _typed(default, case, known)
    if len(kept) < len(case.args["ifs"]):
        case.set("ifs", [branch.copy() for branch in kept])
    return None


def _typed(value: exp.Expr, case: exp.Case, known: Known) -> exp.Expr | None:
    return value.copy() if known.type_of(value) == known.type_of(case) else None
