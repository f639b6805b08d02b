"""IS NULL of what is never NULL, and IS NOT NULL of what another condition asks already."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import conjuncts, is_stable, selects, set_condition
from dbt_ai.sql.values import Relation

_COMPARING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def null_checks(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `a IS NULL` as `FALSE` where `a` is never NULL, and leave `b IS NOT NULL` out of a WHERE that compares `b`.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(null_checks, "SELECT a IS NULL AS x FROM t WHERE b IS NOT NULL AND b > 1")
    'SELECT FALSE AS x FROM t AS s0 WHERE s0.b > 1'
    """
    known = Known(tree, relations)
    for node in list(tree.find_all(exp.Is)):
        if isinstance(node.expression, exp.Null) and is_stable(node.this) and known.never_null(node.this):
            node.replace(exp.Boolean(this=False))
    for select in selects(tree):
        terms = conjuncts(select.args.get("where"))
        kept = [term for term in terms if not _is_asked(term, terms)]
        if len(kept) < len(terms):
            set_condition(select, "where", kept)
    return tree


def _is_asked(term: exp.Expr, terms: Sequence[exp.Expr]) -> bool:
    if not isinstance(term, exp.Not) or not isinstance(term.this, exp.Is):
        return False
    value = term.this.this
    if not isinstance(term.this.expression, exp.Null) or not isinstance(value, exp.Column):
        return False
    for other in terms:
        if isinstance(other, _COMPARING) and not isinstance(other.expression, (exp.Any, exp.All)):
            if value in (other.this, other.expression):
                return True
        elif isinstance(other, (exp.In, exp.Like)) and other.this == value and not other.args.get("query"):
            return True
        elif isinstance(other, exp.Not) and isinstance(other.this, (exp.In, exp.Like)):  # noqa: SIM102
            if other.this.this == value and not other.this.args.get("query"):
                return True
    return False
