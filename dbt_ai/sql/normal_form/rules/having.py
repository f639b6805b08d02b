"""Conditions of HAVING that are about rows, not about groups."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import conjuncts, is_plain, selects, set_condition, sources
from dbt_ai.sql.values import Relation


def having(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Take a condition on group keys from HAVING to WHERE; not where there is no key, as one group is always there.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(having, "SELECT b, COUNT(*) AS n FROM t GROUP BY b HAVING b > 1 AND COUNT(*) > 2")
    'SELECT s0.b AS b, COUNT(*) AS n FROM t AS s0 WHERE s0.b > 1 GROUP BY s0.b HAVING COUNT(*) > 2'
    """
    for select in selects(tree):
        group = select.args.get("group")
        if select.args.get("having") is None or group is None or not is_plain(select) or not group.expressions:
            continue
        own = {source.alias_or_name for source in sources(select)}
        terms = conjuncts(select.args["having"])
        about_rows = [term for term in terms if _is_about_keys(term, group.expressions, own)]
        if about_rows:
            set_condition(select, "where", [*conjuncts(select.args.get("where")), *about_rows])
            set_condition(select, "having", [term for term in terms if not any(term is one for one in about_rows)])
    return tree


def _is_about_keys(term: exp.Expr, keys: Sequence[exp.Expr], own: set[str]) -> bool:
    if term.find(exp.AggFunc, exp.Window, exp.Query, exp.Anonymous) is not None:
        return False
    return all(column in keys for column in term.find_all(exp.Column) if column.table in own)
