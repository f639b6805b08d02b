"""Limits of one column, of which the closest is enough."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import conjuncts, selects, set_condition
from dbt_ai.sql.values import Relation


def ranges(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Of `b < 5 AND b < 7` keep `b < 5`: whole numbers only.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(ranges, "SELECT a FROM t WHERE b < 5 AND b < 7 AND 1 < b AND 1 <= b")
    'SELECT s0.a AS a FROM t AS s0 WHERE (s0.b < 5) AND (1 < s0.b)'
    """
    for select in selects(tree):
        for part in ("where", "having"):
            terms = conjuncts(select.args.get(part))
            kept = [term for term in terms if not any(_follows(term, other) for other in terms if other is not term)]
            if len(kept) < len(terms):
                set_condition(select, part, kept)
    return tree


def _limit(term: exp.Expr) -> tuple[exp.Expr, bool, int, bool] | None:
    """(the column, whether it is an upper limit, the number, whether the number itself is left out)"""
    if not isinstance(term, (exp.LT, exp.LTE)):
        return None
    strict = isinstance(term, exp.LT)
    for column, literal, upper in ((term.this, term.expression, True), (term.expression, term.this, False)):
        plain = isinstance(column, exp.Column) and isinstance(literal, exp.Literal) and not literal.is_string
        if plain and literal.name.isdigit():
            return column, upper, int(literal.name), strict
    return None


def _follows(term: exp.Expr, other: exp.Expr) -> bool:
    """Whether a limit follows from another one that is not the same."""
    one, two = _limit(term), _limit(other)
    if one is None or two is None or one[:2] != two[:2] or one[2:] == two[2:]:
        return False
    if one[2] == two[2]:
        return two[3] and not one[3]
    return two[2] < one[2] if one[1] else two[2] > one[2]
