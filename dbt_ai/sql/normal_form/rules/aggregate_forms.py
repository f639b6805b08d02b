"""Aggregates in one form."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import is_stable
from dbt_ai.sql.values import Relation

_PLAIN = (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Count)


def aggregate_forms(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `COUNT(1)` and `COUNT(a)` of what is never NULL as `COUNT(*)`, `MIN(DISTINCT a)` as `MIN(a)`, and
    `SUM(CASE WHEN p THEN a END)` as `SUM(a) FILTER (WHERE p)`.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(aggregate_forms, "SELECT COUNT(a) AS n, MAX(DISTINCT b) AS m, SUM(CASE WHEN f THEN k END) AS s FROM t")
    'SELECT COUNT(*) AS n, MAX(s0.b) AS m, SUM(s0.k) FILTER(WHERE s0.f) AS s FROM t AS s0'
    """
    known = Known(tree, relations)
    for node in list(tree.find_all(exp.Min, exp.Max)):
        distinct = node.this
        if isinstance(distinct, exp.Distinct) and len(distinct.expressions) == 1 and not node.expressions:
            node.set("this", distinct.expressions[0])
    for node in list(tree.find_all(*_PLAIN)):
        case = node.this
        if (
            isinstance(case, exp.Case)
            and not isinstance(node.parent, (exp.Filter, exp.Window))
            and not node.expressions
        ):
            only = case.args["ifs"][0]
            if (
                case.this is None
                and len(case.args["ifs"]) == 1
                and case.args.get("default") is None
                and is_stable(case)
            ):
                call = node.copy()
                call.set("this", only.args["true"].copy())
                node.replace(exp.Filter(this=call, expression=exp.Where(this=only.this.copy())))
    for node in list(tree.find_all(exp.Count)):
        value = node.this
        plain = not node.expressions and not isinstance(value, (exp.Star, exp.Distinct)) and is_stable(value)
        if plain and known.never_null(value):
            node.set("this", exp.Star())
    for restricted in list(tree.find_all(exp.Filter)):
        where = restricted.expression
        if isinstance(where, exp.Where) and isinstance(where.this, exp.Boolean) and where.this.this:
            restricted.replace(restricted.this)
    return tree
